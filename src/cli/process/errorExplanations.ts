import type { ErrorCode } from '../../contracts/HeadwaterError.js';

/** The meaning of an error code, and what to do. */
export interface ErrorExplanation {
  readonly meaning: string;
  /** The usual causes. */
  readonly causes: readonly string[];
  /** What to do. */
  readonly cures: readonly string[];
}

/** The explanations of all error codes of Headwater. */
export const ERROR_EXPLANATIONS: Readonly<Record<ErrorCode, ErrorExplanation>> = {
  HW_USAGE: {
    meaning: 'An argument or option cannot work.',
    causes: ['A value is out of its bounds or of the wrong type.', 'Two options exclude each other.'],
    cures: [
      'The message names the option and its bounds. Correct it.',
      'In code, the page of the function in the reference has each option with its default and bound.',
      'On the command line, headwater COMMAND --help lists the options.',
    ],
  },
  HW_PATH: {
    meaning: 'A path is missing, cannot be read or written, or is of the wrong kind.',
    causes: [
      'A spelling mistake (ENOENT).',
      'A folder where a file is needed, or a file where a folder is (EISDIR, ENOTDIR).',
      'No permission (EACCES, EPERM).',
    ],
    cures: [
      'Check the path in the message. A relative path begins at the folder that the program was started in.',
      'ls -l shows who may read and write it.',
    ],
  },
  HW_COLUMNS: {
    meaning: 'A table does not have the columns that were asked for, or has no header.',
    causes: ['The columns have other names.', 'The delimiter was not recognised.', 'The table has no header line.'],
    cures: [
      'Name the columns with --title-column and --label-column.',
      'Name the delimiter with --delimiter, or say that there is no header with --no-header.',
    ],
  },
  HW_CSV: {
    meaning: 'A table cannot be parsed beyond a line.',
    causes: ['A quote that is never closed.', 'A record that is longer than the limit.'],
    cures: ['Correct the line that the message names.', 'Give the right delimiter with --delimiter.'],
  },
  HW_EMPTY: {
    meaning: 'There is nothing to work on.',
    causes: [
      'The table has no rows, or every row was rejected.',
      'A side of the split has no rows.',
      'A class has no train rows.',
      'All rows have one class: there is nothing to tell apart.',
      'No text has a word that is left after the text steps.',
    ],
    cures: [
      'Give more rows, or leave out rare classes with --min-class-rows.',
      'Check that the columns of text and label are the right ones.',
      'Change the shares of the sides with --shares.',
    ],
  },
  HW_HTTP_STATUS: {
    meaning: 'A server answered with an error status.',
    causes: [
      'The address is wrong (404).',
      'The server wants a login (401, 403).',
      'Too many requests (429, a rate limit).',
      'The server has a fault (5xx).',
    ],
    cures: [
      'Check the address.',
      'Give the login with --header.',
      'Try again later: what may pass was tried again already.',
    ],
  },
  HW_HTTP_REDIRECTS: {
    meaning: 'A server redirected more often than is allowed.',
    causes: ['Two addresses that lead to each other.', 'A login page in between.'],
    cures: ['Give the address that the redirects end at.'],
  },
  HW_HTTP_TIMEOUT: {
    meaning: 'A server gave no answer, or no further bytes, in the time allowed.',
    causes: ['A slow or overloaded server.', 'A firewall that drops packets.'],
    cures: ['Try again.', 'In code, allow more time by headersTimeout and bodyTimeout.'],
  },
  HW_HTTP_CUT: {
    meaning: 'The body of a response ended before its end.',
    causes: ['The connection broke.', 'The server sent another length than it had announced.'],
    cures: [
      'Try again.',
      'If the server supports ranges, the rest is requested automatically. Otherwise, download the file first.',
    ],
  },
  HW_HTTP_CONNECT: {
    meaning: 'A server could not be reached, or cannot listen at its address.',
    causes: [
      'The name is not known (ENOTFOUND), or nothing listens at the port (ECONNREFUSED).',
      'The port to listen at is used by another program (EADDRINUSE), or only root may use it (EACCES).',
      'A proxy is missing or wrong.',
      'No network.',
      'The certificate of the server has expired, is for another name, is self-signed, or has an unknown signer.',
    ],
    cures: [
      'Check the address.',
      'Choose another port to listen at: --port of serve and workers, --ui-port of train. 0 is any free port.',
      'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.',
      'If you trust the certificate, name the file of its signer in NODE_EXTRA_CA_CERTS.',
    ],
  },
  HW_ENCODING: {
    meaning: 'A content encoding or a compression is not known, or a compressed body is damaged.',
    causes: [
      'A file that was cut short.',
      'A compression other than gzip, deflate and br.',
      'A zip archive that is damaged.',
    ],
    cures: ['Fetch or compress the file again.', 'For Parquet with other compressions, install hyparquet-compressors.'],
  },
  HW_FEED: {
    meaning: 'A feed, or a stream of events or lines, cannot be read as one.',
    causes: ['The address is that of a web page without a feed.', 'The document is neither RSS, Atom nor JSON Feed.'],
    cures: ['Give the address of the feed itself.', 'Where the feed is too long, allow more by maxBytes.'],
  },
  HW_BROKER: {
    meaning:
      'A message broker cannot be reached or refuses, or a topic, stream, bucket or group cannot be used as it is.',
    causes: [
      'The servers do not run at the addresses given, or closed the connection.',
      'The servers want a login, or another one.',
      'The topic, stream or bucket was never made, or was made again.',
      'Messages were deleted before they were read.',
      'The group has settings that workers cannot share.',
      'Two publishers published one model at the same time.',
    ],
    cures: [
      'Check the addresses and the names in the message.',
      'Give the login: headwater work --help names its options.',
      'Make the topic or stream, or let it keep its messages for longer.',
      'Change or delete the group, or choose another one.',
      'Let one program publish under a name.',
    ],
  },
  HW_ADDRESS: {
    meaning: 'An address is not allowed.',
    causes: [
      'It is neither http: nor https:.',
      'A public name or a redirect leads to a private network, which may be an attack.',
    ],
    cures: ['Give the private address itself.', 'In code, allow it by allowPrivate.'],
  },
  HW_SOURCE_CHANGED: {
    meaning: 'A source did not give the same bytes at every reading.',
    causes: ['The file was written to, or removed, during the training.', 'The server has a new version of the table.'],
    cures: [
      'Start again, and leave the file alone meanwhile.',
      'Keep a snapshot: the command does; in code, give snapshotDir.',
    ],
  },
  HW_SNAPSHOT: {
    meaning: 'The snapshot of a table cannot be written or read.',
    causes: [
      'No room on the disk, or a folder that cannot be written to.',
      'The cache was removed during a run.',
      '--offline, and the table was never read before.',
    ],
    cures: ['Make room, or set XDG_CACHE_HOME to a folder with room.', 'Read the table once without --offline.'],
  },
  HW_REJECTIONS: {
    meaning: 'More rows were rejected than the limit allows.',
    causes: [
      'The wrong column holds the text or the label.',
      'Rows with missing fields.',
      'The wrong delimiter or encoding.',
    ],
    cures: [
      'Look at the first rejection in the message: it has file, line and field.',
      'Write all of them to a file with --rejections, and correct the rows.',
      'Raise the limit with --max-rejections; in code, give decode an observer of rejections.',
    ],
  },
  HW_OVERFLOW: {
    meaning: 'A buffer would have to grow beyond its bound.',
    causes: [
      'A source that does not honour the valve of its consumer.',
      'A sink that writes more slowly than its source emits.',
    ],
    cures: [
      'Give source and consumer the same valve.',
      'Put shed() before a consumer that may lose values.',
      'Raise the limit.',
    ],
  },
  HW_LABEL: {
    meaning: 'A label is not known to the label encoder.',
    causes: [
      'A table with other classes than the model was trained on.',
      'Another spelling of a class.',
      'In code, a label that is not the index of a class: the first class is 0.',
    ],
    cures: [
      'Correct the labels, or name them with --class-names.',
      'Train again with rows of all classes.',
      'In code, take the index from encode() of the label encoder of the model.',
    ],
  },
  HW_ARTIFACT: {
    meaning: 'A file of a saved model is missing or damaged, or does not fit the others.',
    causes: ['Files of two models in one folder.', 'A copy that was cut short.'],
    cures: ['Copy the whole folder again.', 'Train again, or continue from the last checkpoint with --resume.'],
  },
  HW_ARTIFACT_VERSION: {
    meaning: 'A file was written by another version of the format.',
    causes: ['The model was saved by a newer version of Headwater.'],
    cures: ['Use the version that wrote it, or train again.'],
  },
  HW_VECTORS: {
    meaning: 'Word vectors are damaged, or a file has no word vectors.',
    causes: ['A download that was cut short.', 'A file of another kind.'],
    cures: ['Fetch the file again.', 'headwater vectors FILE shows what a file holds.'],
  },
  HW_WRITE: {
    meaning: 'An output could not be written.',
    causes: [
      'No room on the disk, or a quota (ENOSPC, EDQUOT).',
      'A folder that cannot be written to (EACCES, EROFS).',
      'Another program has written to the file, or has it open.',
    ],
    cures: [
      'Make room: df -h shows how much there is.',
      'Choose another file or folder with the option in the message.',
    ],
  },
  HW_SETUP: {
    meaning: 'Something that a set-up needs is missing or broken.',
    causes: [
      'No compiler, Python or network for headwater setup.',
      'No room on the disk.',
      'A download that was cut short.',
    ],
    cures: ['headwater doctor says what is missing.', 'Run headwater setup again.'],
  },
  HW_BACKEND: {
    meaning: 'A backend is not installed, or does not load.',
    causes: [
      'An optional package is not installed.',
      'No driver of the GPU.',
      'In code, the backend was never registered.',
    ],
    cures: [
      'headwater doctor says which backends work, and why the others do not.',
      'Leave --backend out: the embedded one always works.',
    ],
  },
  HW_NUMERIC: {
    meaning: 'A loss, a weight or a probability is not a finite number.',
    causes: [
      'The learning rate is too high.',
      'Classes whose weights are all 0.',
      'Values of your own that are not finite.',
    ],
    cures: [
      'Lower the learning rate: --lr, in code learningRate.',
      'Clip the gradients: --clip-norm 1, in code clipNorm.',
      'Check the values that you give.',
    ],
  },
};
