//! `core` and `alloc` for the firmware's target, built once from the packaged source.
//!
//! Built here, and not by cargo's `-Z build-std` with every firmware: that needs a dozen crates from the
//! network to resolve packages it never compiles; build scripts of the firmware's dependencies would see
//! an unstable compiler; and nothing would say that the result is the right one. Here every flag is
//! fixed, cargo's version plays no part, and the result is the same bytes everywhere: its hash is pinned.
//! It is what Rust's own distribution does for its prebuilt `core` and `alloc`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TARGET;
use super::command::{self, environment};
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// The flags of every crate. A change here makes another toolchain: it is part of the recipe's hash.
const FLAGS: &[&str] = &[
    "-Copt-level=3",
    // Fat link-time optimisation of the firmware reaches into `core`.
    "-Cembed-bitcode=yes",
    // A panic's backtrace passes through `core`.
    "-Cforce-frame-pointers=yes",
    "-Csymbol-mangling-version=v0",
    "-Cextra-filename=-perennial",
    "-Zforce-unstable-if-unmarked",
    "--cap-lints=allow",
];

/// The features of `compiler_builtins`: as part of the standard library, with `memcpy` and its like.
const BUILTINS_FEATURES: &[&str] = &["compiler-builtins", "default", "mem"];

/// What the tree depends on besides the packages: part of the state directory's name.
pub fn recipe() -> String {
    format!("recipe 1 {TARGET} {FLAGS:?} {BUILTINS_FEATURES:?}\n")
}

/// The compiler, and what the loader needs to start it.
pub struct Compiler {
    /// The program.
    pub rustc: PathBuf,
    /// LD_LIBRARY_PATH.
    pub library_path: OsString,
}

impl Compiler {
    /// A command with nothing of this process's environment that could change what is built.
    pub fn command(&self) -> Command {
        self.scrubbed(&self.rustc)
    }

    fn scrubbed(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C");
        command.env("LD_LIBRARY_PATH", &self.library_path);
        // PATH: the build script of `compiler_builtins` is linked with the machine's `cc`.
        for kept in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
    }
}

/// Builds `core`, `compiler_builtins` and `alloc` from `library` (the source's folder of that name)
/// into `output`.
///
/// # Errors
/// When the source is not what is expected or does not compile.
pub fn build(compiler: &Compiler, library: &Path, output: &Path, progress: Progress) -> Result<()> {
    let scratch = tempfile::tempdir()
        .map_err(|error| Failure::io("create", &std::env::temp_dir(), &error))?;
    fs::create_dir_all(output).map_err(|error| Failure::io("create", output, &error))?;
    let build = Build {
        compiler,
        library,
        output,
        progress,
    };
    let builtins = "compiler-builtins/compiler-builtins";
    build.compile("core", "core", &Extra::default())?;
    let script = build.run_script(&library.join(builtins), scratch.path())?;
    build.compile("compiler_builtins", builtins, &build.builtins_extra(script))?;
    build.compile("alloc", "alloc", &build.alloc_extra())
}

/// One build: from where to where.
struct Build<'a> {
    compiler: &'a Compiler,
    library: &'a Path,
    output: &'a Path,
    progress: Progress,
}

/// What one crate needs besides the flags of all.
#[derive(Debug, Default, Eq, PartialEq)]
struct Extra {
    arguments: Vec<OsString>,
    variables: Vec<(String, String)>,
}

impl Build<'_> {
    fn compile(&self, name: &str, folder: &str, extra: &Extra) -> Result<()> {
        let doing = format!("building `{name}` for {TARGET} from source");
        let _step = self.progress.step(&doing, None);
        // Relative paths and a remapped working directory: no path of this machine gets in.
        let base = self.library.parent().unwrap_or(self.library);
        let source = format!("library/{folder}/src/lib.rs");
        let mut command = self.compiler.command();
        command
            .current_dir(base)
            .env("RUSTC_BOOTSTRAP", "1")
            .envs(extra.variables.iter().map(|(key, value)| (key, value)))
            .args(["--crate-name", name, "--crate-type=rlib", "--emit=link"])
            .arg(format!("--edition={}", self.edition(folder)?))
            .args(["--target", TARGET])
            .arg(format!("-Cmetadata=perennial-{name}"))
            .args(FLAGS)
            .arg(remap(base, "/rustc"))
            .arg("--out-dir")
            .arg(self.output)
            .args(&extra.arguments)
            .arg(&source);
        command::run(
            &format!("build `{name}` from the packaged source"),
            &mut command,
        )
        .map(drop)
    }

    fn edition(&self, folder: &str) -> Result<String> {
        let manifest = self.library.join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)
            .map_err(|error| Failure::io("read", &manifest, &error))?;
        let edition = text
            .lines()
            .find_map(|line| line.strip_prefix("edition = \"")?.strip_suffix('"'));
        edition
            .map(str::to_owned)
            .ok_or_else(|| environment(format!("{} names no edition", manifest.display())))
    }

    /// Compiles and runs the build script as cargo would.
    fn run_script(&self, package: &Path, scratch: &Path) -> Result<Extra> {
        let program = scratch.join("build-script");
        let mut compile = self.compiler.command();
        compile
            .current_dir(package)
            .args(["--edition=2024", "--cap-lints=allow", "build.rs", "-o"])
            .arg(&program);
        command::run(
            "compile the build script of `compiler_builtins`",
            &mut compile,
        )?;
        let mut run = self.compiler.scrubbed(&program);
        run.current_dir(package)
            .env("CARGO_MANIFEST_DIR", package)
            .env("OUT_DIR", scratch)
            .env("TARGET", TARGET)
            .env("OPT_LEVEL", "3")
            .envs(self.target_variables()?);
        for feature in BUILTINS_FEATURES {
            let feature = feature.to_uppercase().replace('-', "_");
            run.env(format!("CARGO_FEATURE_{feature}"), "1");
        }
        command::run("run the build script of `compiler_builtins`", &mut run)
            .map(|output| script_output(&output))
    }

    /// `CARGO_CFG_*`, as cargo derives them from the compiler's answer.
    fn target_variables(&self) -> Result<BTreeMap<String, String>> {
        let mut ask = self.compiler.command();
        ask.env("RUSTC_BOOTSTRAP", "1")
            .args(["--print", "cfg", "--target", TARGET]);
        command::run("ask the compiler about the target", &mut ask)
            .map(|answer| cargo_variables(&answer))
    }

    fn builtins_extra(&self, script: Extra) -> Extra {
        let mut arguments = vec!["-Ccodegen-units=10000".into()];
        for feature in BUILTINS_FEATURES {
            arguments.push("--cfg".into());
            arguments.push(format!("feature=\"{feature}\"").into());
        }
        arguments.extend(self.external("core", "core"));
        arguments.extend(script.arguments);
        Extra {
            arguments,
            variables: script.variables,
        }
    }

    fn alloc_extra(&self) -> Extra {
        let mut arguments = vec!["-Zunstable-options".into()];
        arguments.extend(self.external("core", "core"));
        arguments.extend(self.external("priv:compiler_builtins", "compiler_builtins"));
        Extra {
            arguments,
            variables: Vec::new(),
        }
    }

    fn external(&self, as_name: &str, name: &str) -> [OsString; 2] {
        let mut value = OsString::from(format!("{as_name}="));
        value.push(self.output.join(format!("lib{name}-perennial.rlib")));
        ["--extern".into(), value]
    }
}

fn remap(from: &Path, to: &str) -> OsString {
    let mut argument = OsString::from("--remap-path-prefix=");
    argument.push(from);
    argument.push(format!("={to}"));
    argument
}

/// Reads what a build script printed; what is not about this crate's compilation is left out.
fn script_output(printed: &str) -> Extra {
    let mut extra = Extra::default();
    for line in printed.lines() {
        let Some(rest) = line.strip_prefix("cargo:") else {
            continue;
        };
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        if let Some(cfg) = rest.strip_prefix("rustc-cfg=") {
            extra.arguments.extend(["--cfg".into(), cfg.into()]);
        } else if let Some((key, value)) = rest
            .strip_prefix("rustc-env=")
            .and_then(|variable| variable.split_once('='))
        {
            extra.variables.push((key.to_owned(), value.to_owned()));
        }
    }
    extra
}

fn cargo_variables(answer: &str) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for line in answer.lines() {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let value = value.trim_matches('"');
        let key = format!("CARGO_CFG_{}", key.to_uppercase());
        let entry = variables.entry(key).or_default();
        if !entry.is_empty() && !value.is_empty() {
            entry.push(',');
        }
        entry.push_str(value);
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_output_keeps_cfgs_and_variables() {
        let extra = script_output(
            "cargo::rustc-check-cfg=cfg(x)\ncargo::rustc-cfg=f16_enabled\n\
             cargo:rustc-cfg=feature=\"mem\"\ncargo:rustc-env=CFG_OPT_LEVEL=3\nnoise\n\
             cargo:compiler-rt=/x\n",
        );
        assert_eq!(
            extra.arguments,
            ["--cfg", "f16_enabled", "--cfg", "feature=\"mem\""]
        );
        assert_eq!(
            extra.variables,
            [("CFG_OPT_LEVEL".to_owned(), "3".to_owned())]
        );
    }

    #[test]
    fn several_values_of_a_cfg_are_joined() {
        let variables = cargo_variables(
            "panic=\"abort\"\ntarget_feature=\"c\"\ntarget_feature=\"m\"\n\
             target_has_atomic\ntarget_has_atomic=\"8\"\n",
        );
        assert_eq!(variables["CARGO_CFG_TARGET_FEATURE"], "c,m");
        assert_eq!(variables["CARGO_CFG_TARGET_HAS_ATOMIC"], "8");
        assert_eq!(variables["CARGO_CFG_PANIC"], "abort");
    }
}
