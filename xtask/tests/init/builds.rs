//! The glue in real builds: CMake with a stand-in for ESP-IDF, the machine's C compiler, Python.

use std::path::Path;
use std::process::{Command, Output};

use crate::tree::{Tree, copy, image, program, samples, text};

/// CMake, where the test run has got one; Ninja lies beside it. `idf` is the stand-in.
fn cmake(tree: &Tree, idf: &Path, arguments: &[&str]) -> Option<Output> {
    let Some(cmake) = std::env::var_os("PERENNIAL_CMAKE") else {
        eprintln!("skipped: PERENNIAL_CMAKE is not set; `cargo xtask test` sets it");
        return None;
    };
    let folder = Path::new(&cmake).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new(&cmake);
    command
        .args(arguments)
        .current_dir(tree.root())
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("IDF_PATH", idf)
        .env_remove("SOURCE_DATE_EPOCH");
    Some(command.output().unwrap())
}

const USES_THE_STORE: &str =
    "#include \"perennial.h\"\nvoid app_main(void)\n{\n    perennial_attach((void *)1);\n}\n";

/// A tree that is set up and configured; `None` without CMake.
fn configured(idf: &Path) -> Option<Tree> {
    configured_in(Tree::of("esp-idf"), idf)
}

fn configured_in(tree: Tree, idf: &Path) -> Option<Tree> {
    text(&tree.init(&["--years", "3"]), 0);
    tree.commit("Set up");
    let command = format!("-DPERENNIAL={}", program().display());
    let arguments = ["-G", "Ninja", "-B", "build", "-S", ".", &command];
    text(&cmake(&tree, idf, &arguments)?, 0);
    Some(tree)
}

/// The build of an ESP-IDF project fails as long as nothing uses the store, passes when something does, and fails again
/// when a rendered file is not what the policy says. Ninja ends with the code of what failed.
#[test]
fn a_build_whose_image_lacks_the_store_fails() {
    let idf = samples().join("idf");
    let Some(tree) = configured(&idf) else { return };
    let build = || cmake(&tree, &idf, &["--build", "build"]).unwrap();
    let without = text(&build(), 13);
    assert!(
        without.contains("updater.bin does not hold the store"),
        "{without}"
    );

    let flash = ["--build", "build", "--target", "flash"];
    let flashed = text(&cmake(&tree, &idf, &flash).unwrap(), 13);
    assert!(!flashed.contains("written to the device"), "{flashed}");

    std::fs::write(tree.path("main/updater.c"), USES_THE_STORE).unwrap();
    let with = text(&build(), 0);
    assert!(
        with.contains("updater.bin holds the store of the policy"),
        "{with}"
    );
    assert!(with.contains("bundle of ESP-IDF 5.4 and later"), "{with}");

    let bundle = tree.path("components/perennial/v2/trust_store.bundle");
    let mut bytes = std::fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let stale = text(&build(), 11);
    assert!(
        stale.contains("trust_store.bundle is not what the policy renders to"),
        "{stale}"
    );
}

/// The component embeds the layout that the version of ESP-IDF reads.
#[test]
fn an_older_version_gets_the_older_layout() {
    let older = tempfile::tempdir().unwrap();
    copy(&samples().join("idf"), older.path());
    let numbers = older.path().join("tools/cmake/version.cmake");
    let text_of = std::fs::read_to_string(&numbers).unwrap();
    std::fs::write(&numbers, text_of.replace("MINOR 5", "MINOR 3")).unwrap();
    let Some(tree) = configured(older.path()) else {
        return;
    };
    std::fs::write(tree.path("main/updater.c"), USES_THE_STORE).unwrap();
    let built = text(
        &cmake(&tree, older.path(), &["--build", "build"]).unwrap(),
        0,
    );
    assert!(built.contains("bundle of ESP-IDF up to 5.3"), "{built}");

    // The other layout is there, and this version of ESP-IDF cannot read it.
    let folder = tree.path("components/perennial");
    let glue = std::fs::read_to_string(folder.join("CMakeLists.txt")).unwrap();
    let wrong = glue.replace("v${layout}/trust_store", "v2/trust_store");
    std::fs::write(folder.join("CMakeLists.txt"), wrong).unwrap();
    text(
        &cmake(&tree, older.path(), &["--build", "build"]).unwrap(),
        13,
    );
}

/// The image of a project is named by ESP-IDF, not by CMake.
#[test]
fn the_image_is_the_one_that_esp_idf_names() {
    let idf = samples().join("idf");
    let tree = Tree::of("esp-idf");
    let lists = tree.read("CMakeLists.txt");
    let dotted = lists.replace("project(updater)", "project(updater.1)");
    std::fs::write(tree.path("CMakeLists.txt"), dotted).unwrap();
    std::fs::write(tree.path("main/updater.c"), USES_THE_STORE).unwrap();
    let Some(tree) = configured_in(tree, &idf) else {
        return;
    };
    let built = text(&cmake(&tree, &idf, &["--build", "build"]).unwrap(), 0);
    assert!(built.contains("updater.bin holds the store"), "{built}");
}

/// The bundle is set once, whatever number of tasks connect at the same time.
#[test]
fn the_bundle_is_set_once() {
    let tree = Tree::of("esp-idf");
    text(&tree.init(&["--years", "3"]), 0);
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let source = folder.path().join("main.c");
    std::fs::write(&source, MANY_TASKS).unwrap();
    let component = tree.path("components/perennial");
    let mut command = Command::new("cc");
    command
        .arg("-pthread")
        .args([&source, &component.join("perennial.c")])
        .arg("-I")
        .arg(component.join("include"))
        .arg("-I")
        .arg(samples().join("idf/include"))
        .arg("-o")
        .arg(&program);
    text(&command.output().unwrap(), 0);
    text(&Command::new(&program).output().unwrap(), 0);
}

/// Ends with the number of times that the bundle was set, less one.
const MANY_TASKS: &str = r#"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include "perennial.h"
__asm__(".data\n.global _binary_trust_store_bundle_start\n_binary_trust_store_bundle_start: .byte 1\n"
        ".global _binary_trust_store_bundle_end\n_binary_trust_store_bundle_end: .byte 0\n.text\n");
static atomic_int sets;
int esp_crt_bundle_set(const uint8_t *bundle, size_t size) { (void)bundle; sets++; return size == 1 ? 0 : -1; }
int esp_crt_bundle_attach(void *conf) { return conf == NULL; }
static void *task(void *conf) { return (void *)(intptr_t)perennial_attach(conf); }
int main(void)
{
    pthread_t tasks[16];
    for (int i = 0; i < 16; i++) pthread_create(&tasks[i], NULL, task, &tasks);
    for (int i = 0; i < 16; i++) { void *out; pthread_join(tasks[i], &out); if (out != NULL) return 100; }
    return sets - 1;
}
"#;

/// The module for esp-idf-svc, against the three items of that crate which it uses.
#[test]
fn the_rust_glue_compiles() {
    let tree = Tree::of("esp-idf-svc");
    text(&tree.init(&["--years", "3"]), 0);
    let folder = tempfile::tempdir().unwrap();
    let rustc = |arguments: &[&str], source: &Path| {
        let mut command = Command::new("rustc");
        command.args(["--edition", "2021", "--crate-type", "lib", "-D", "warnings"]);
        command
            .args(arguments)
            .arg("--out-dir")
            .arg(folder.path())
            .arg(source);
        text(&command.output().unwrap(), 0)
    };
    let stand_in = folder.path().join("esp_idf_svc.rs");
    std::fs::write(&stand_in, ESP_IDF_SVC).unwrap();
    rustc(&[], &stand_in);
    let library = format!(
        "esp_idf_svc={}",
        folder.path().join("libesp_idf_svc.rlib").display()
    );
    rustc(&["--extern", &library], &tree.path("src/trust_store.rs"));
}

/// Stand-in for the crate esp-idf-svc.
const ESP_IDF_SVC: &str = r"
pub mod sys {
    pub struct EspError;
    /// # Safety
    /// As in C.
    pub unsafe fn esp_tls_set_global_ca_store(_: *const u8, _: core::ffi::c_uint) -> i32 { 0 }
    pub fn outcome(code: i32) -> Result<(), EspError> { if code == 0 { Ok(()) } else { Err(EspError) } }
    pub use crate::esp;
}
#[macro_export]
macro_rules! esp {
    ($code:expr) => { $crate::sys::outcome($code) };
}
";

/// A C compiler of the machine, which judges the syntax alone.
fn compiles(language: &str, source: &str, include: &[&Path]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("source");
    std::fs::write(&file, source).unwrap();
    let mut command = Command::new("cc");
    command.args([
        "-fsyntax-only",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-variable",
        "-x",
        language,
    ]);
    for folder in include {
        command.arg("-I").arg(folder);
    }
    let output = command.arg(&file).output().unwrap();
    text(&output, 0);
}

#[test]
fn the_c_sources_compile() {
    let idf = Tree::of("esp-idf");
    text(&idf.init(&["--years", "3"]), 0);
    let component = idf.path("components/perennial");
    let own = std::fs::read_to_string(component.join("perennial.c")).unwrap();
    let headers = [component.join("include"), samples().join("idf/include")];
    compiles("c", &own, &[&headers[0], &headers[1]]);
    compiles(
        "c++",
        "#include \"perennial.h\"\n",
        &[&headers[0], &headers[1]],
    );

    let arduino = Tree::of("arduino");
    text(&arduino.init(&["--years", "3"]), 0);
    let sketch = "#include <stddef.h>\n#include \"trust_store.h\"\n\
        struct WiFiClientSecure {\n  void setCACert(const char *);\n  void setCACertBundle(const uint8_t *, size_t);\n};\n\
        void connect(WiFiClientSecure &client) {\n  client.setCACert(TRUST_STORE_PEM);\n\
        client.setCACertBundle(TRUST_STORE_BUNDLE, sizeof(TRUST_STORE_BUNDLE));\n}\n";
    compiles("c++", sketch, &[&arduino.path("include")]);
}

/// The script alone, and as PlatformIO runs it: `Import` is there, and the environment is given.
#[test]
fn the_script_of_platformio_ends_the_build_where_the_store_is_not() {
    let tree = Tree::of("arduino");
    text(&tree.init(&["--years", "3"]), 0);
    tree.commit("Set up");
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.current_dir(tree.root()).args(arguments);
        command
            .env("PERENNIAL", program())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.env_remove("SOURCE_DATE_EPOCH").output().unwrap()
    };
    text(&python(&["-m", "py_compile", "scripts/perennial.py"]), 0);
    text(&python(&["scripts/perennial.py"]), 0);
    std::fs::write(tree.path("firmware.bin"), image(&[0; 100])).unwrap();
    text(&python(&["scripts/perennial.py", "firmware.bin"]), 13);

    let platformio = tree.path("platformio.py");
    std::fs::write(&platformio, PLATFORMIO).unwrap();
    let said = text(&python(&["platformio.py"]), 13);
    assert!(said.contains("does not hold the store"), "{said}");
    std::fs::write(tree.path("include/trust_store.h"), "old").unwrap();
    let said = text(&python(&["platformio.py"]), 11);
    assert!(said.contains("is not what the policy renders to"), "{said}");
}

/// As PlatformIO runs a script: the file is executed with `Import` in its globals, and actions run after the target.
const PLATFORMIO: &str = r#"
import sys

class Environment:
    def __init__(self):
        self.actions = {}
    def subst(self, text):
        return {"$PROJECT_DIR": "."}[text]
    def IsCleanTarget(self):
        return False
    def IsIntegrationDump(self):
        return False
    def Exit(self, code):
        sys.exit(code)
    def AddPostAction(self, target, action):
        self.actions[target] = action

env = Environment()
scope = {"__name__": "SCons.Script", "__file__": "scripts/perennial.py"}
scope["Import"] = lambda name: scope.update({name: env})
exec(open("scripts/perennial.py").read(), scope)
action = env.actions["$BUILD_DIR/${PROGNAME}.bin"]
sys.exit(action(target=["firmware.bin"], source=[], env=env))
"#;

/// The samples are what the tests say they are: a copy of each is a tree of one kind.
#[test]
fn the_stand_in_is_no_project() {
    let tree = Tree::empty();
    copy(&samples().join("idf"), &tree.root());
    tree.commit("Stand-in");
    text(&tree.init(&[]), 2);
}
