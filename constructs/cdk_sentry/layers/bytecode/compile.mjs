// Compiles Python modules to bytecode: node compile.mjs PACKAGE FOLDER < paths, one a line, relative to FOLDER.
//
// PACKAGE is one of package.json's: a CPython of one minor version. The bytecode is "unchecked-hash": the import
// system takes it as it is and never looks at the source's date, which a read-only layer would not match.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

const [name, folder] = process.argv.slice(2);
const { loadPyodide } = createRequire(`${process.cwd()}/`)(name);
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
if (`python${python.runPython("'%d.%d' % __import__('sys').version_info[:2]")}` !== name) {
  throw new Error(`${name} carries another version of Python`);
}
python.FS.mkdir("/layer");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/layer");
python.globals.set("paths", python.toPy(readFileSync(0, "utf8").split("\n").filter(Boolean)));
python.runPython(`
import py_compile
for path in paths:
    py_compile.compile(
        "/layer/" + path,
        dfile=path,  # the import system puts the module's real path in its place
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
`);
