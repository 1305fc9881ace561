import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Placeholder colours of text and lines, replaced by the reader's colours: dark on light pages, light on dark ones. */
export const INK = '#123456';
export const FAINT = '#654321';

const STYLE = `<style>
text{font-family:system-ui,sans-serif}
[fill="${INK}"]{fill:#1f2328}[stroke="${INK}"]{stroke:#1f2328}
[stroke="${FAINT}"]{stroke:#d1d9e0}[fill="${FAINT}"]{fill:#d1d9e0}
@media (prefers-color-scheme: dark){[fill="${INK}"]{fill:#f0f6fc}[stroke="${INK}"]{stroke:#f0f6fc}
[stroke="${FAINT}"]{stroke:#3d444d}[fill="${FAINT}"]{fill:#3d444d}}
</style>`;

const HEIGHT = 380;

/** Draws a chart as SVG without a background, readable on a light page and on a dark one. */
export const drawSvg = (option: EChartsCoreOption): string => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 760, height: HEIGHT });
  try {
    chart.setOption({ animation: false, ...option });
    return `${chart
      .renderToSVGString()
      .replace(/<rect width="760" height="380" x="0" y="0"[^>]*><\/rect>/, '')
      .replace(/(<svg[^>]*>)/, `$1\n${STYLE}`)}\n`;
  } finally {
    chart.dispose();
  }
};
