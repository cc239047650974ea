// Says clearly which Node runs the program. The workspace pins its own (development dependency `node`);
// where install scripts were switched off, npm falls back to the machine's Node, which may be too old.
const [major, minor] = process.versions.node.split('.').map(Number);
const fine = major >= 26 || (major === 24 && minor >= 15) || (major === 22 && minor >= 22);
if (!fine) {
  console.error(
    `Oobleck needs Node 22.22, 24.15 or 26 and newer; this is Node ${process.versions.node} at ${process.execPath}.\n` +
      'The pinned runtime was not installed, most likely because install scripts are off (--ignore-scripts).\n' +
      'Run `npm ci --ignore-scripts=false`, or `npm rebuild node`, and try again.',
  );
  process.exit(69);
}
if (major !== 26)
  console.error(`note: running on Node ${process.versions.node} instead of the pinned Node 26`);
