/** Feeds of every format, with invented headlines. Each has the same two items, as far as its format can say so. */

export const FEED = 'https://news.example/feed';

const RSS_ITEMS = `
    <item>
      <title>Harbour reopens after the storm</title>
      <link>https://news.example/harbour</link>
      <description>Ships are back.</description>
    </item>
    <item>
      <title>Town &amp; valley vote on bridge</title>
      <link>https://news.example/bridge</link>
      <description>The count goes on.</description>
    </item>`;

export const RSS_091 = `<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91">
  <channel>
    <title>Example News</title>
    <link>https://news.example/</link>
    <description>All that is invented</description>
    <language>en</language>${RSS_ITEMS}
  </channel>
</rss>`;

export const RSS_092 = `<?xml version="1.0"?>
<rss version="0.92">
  <channel>
    <title>Example News</title>
    <link>https://news.example/</link>
    <description>All that is invented</description>${RSS_ITEMS.replace('</description>', '</description><category domain="d">World</category><enclosure url="https://news.example/a.mp3" length="1" type="audio/mpeg"/>')}
  </channel>
</rss>`;

export const RDF = `<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dcx="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
  <channel rdf:about="https://news.example/">
    <title>Example News</title>
    <link>https://news.example/</link>
    <description>All that is invented</description>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>2</sy:updateFrequency>
    <items><rdf:Seq><rdf:li resource="https://news.example/harbour"/><rdf:li resource="https://news.example/bridge"/></rdf:Seq></items>
  </channel>
  <item rdf:about="https://news.example/harbour">
    <title>Harbour reopens after the storm</title>
    <link>https://news.example/harbour</link>
    <dcx:date>2026-03-01T10:00:00+01:00</dcx:date>
    <dcx:subject>World</dcx:subject>
  </item>
  <item rdf:about="https://news.example/bridge">
    <title>Town &amp; valley vote on bridge</title>
    <link>https://news.example/bridge</link>
  </item>
</rdf:RDF>`;

export const RSS_20 = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
  <channel>
    <title>Example News</title>
    <link>https://news.example/</link>
    <description>All that is invented</description>
    <atom:link href="https://news.example/feed" rel="self" type="application/rss+xml"/>
    <ttl>90</ttl>
    <image><title>Not a headline</title><url>https://news.example/i.png</url><link>https://news.example/</link></image>
    <item>
      <title>Harbour reopens after the storm</title>
      <link>/harbour</link>
      <guid isPermaLink="false">item-1</guid>
      <pubDate>Sun, 01 Mar 2026 10:00:00 +0100</pubDate>
      <category>World</category>
      <category>Sea</category>
      <media:group><media:title>Another title</media:title></media:group>
    </item>
    <item>
      <title><![CDATA[Town &amp; valley <em>vote</em> on bridge]]></title>
      <guid>https://news.example/bridge</guid>
    </item>
  </channel>
</rss>`;

export const ATOM = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/">
  <title>Example News</title>
  <id>urn:example:feed</id>
  <updated>2026-03-01T10:00:00Z</updated>
  <entry>
    <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Harbour <em>reopens</em> after the storm</div></title>
    <link rel="self" href="harbour.atom"/>
    <link href="harbour"/>
    <id>urn:example:1</id>
    <published>2026-03-01T09:00:00Z</published>
    <updated>2026-03-01T10:00:00Z</updated>
    <category term="w" label="World"/>
  </entry>
  <entry>
    <title type="html">Town &amp;amp; valley &lt;b&gt;vote&lt;/b&gt; on bridge</title>
    <link rel="alternate" href="bridge"/>
    <id>urn:example:2</id>
    <updated>2026-03-01T08:00:00Z</updated>
  </entry>
</feed>`;

export const JSON_FEED = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'Example News',
  items: [
    {
      id: 'item-1',
      url: '/harbour',
      title: 'Harbour reopens after the storm',
      date_published: '2026-03-01T10:00:00+01:00',
      tags: ['World', 'Sea'],
    },
    { id: 2, external_url: 'https://news.example/bridge', title: 'Town & valley vote on bridge' },
  ],
});

export const TITLES = ['Harbour reopens after the storm', 'Town & valley vote on bridge'];

/** A feed of RSS with these titles, as they are to stand in the XML. */
export const rssOf = (...titles: readonly string[]): string =>
  '<rss version="2.0"><channel><title>Example ' +
  `News</title>${titles.map((title) => `<item><title>${title}</title></item>`).join('')}</channel></rss>`;
