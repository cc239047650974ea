// Runs the examples that it is given, one after the other, each under its name.

for (const name of process.argv.slice(2)) {
  console.log(`== ${name}`);
  await import(`./${name}.mjs`);
}
