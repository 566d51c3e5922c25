//! Collects what the crate embeds: third-party files by npm's lockfile, our own web files, templates.
//!
//! Nothing third-party is committed. Without npm the build still passes with a warning: pages then
//! come without Bootstrap and papers look for a font on the system. A packager who may not use npm
//! points `CHUAN_WEB_ASSETS_DIR` at a directory holding `assets/` and `fonts/` instead.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What is taken from `node_modules`, and the folder of `OUT_DIR` it is embedded from.
///
/// Bootstrap's script is left out on purpose: every page works without it.
const THIRD_PARTY: [(&str, &str); 5] = [
    ("bootstrap/dist/css/bootstrap.min.css", "assets"),
    ("@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf", "fonts"),
    ("@expo-google-fonts/tinos/400Regular_Italic/Tinos_400Regular_Italic.ttf", "fonts"),
    ("@expo-google-fonts/tinos/700Bold/Tinos_700Bold.ttf", "fonts"),
    ("@expo-google-fonts/tinos/700Bold_Italic/Tinos_700Bold_Italic.ttf", "fonts"),
];

/// Extensions of our own files in `web/src` that a browser asks for.
const OWN: [&str; 7] = ["css", "js", "svg", "png", "ico", "webmanifest", "woff2"];

/// Overrides npm with a directory prepared by a packager.
const OVERRIDE: &str = "CHUAN_WEB_ASSETS_DIR";

fn main() -> io::Result<()> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let web = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../web");
    println!("cargo:rerun-if-env-changed={OVERRIDE}");
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["package.json", "package-lock.json", "src"] {
        println!("cargo:rerun-if-changed={}", web.join(name).display());
    }

    for folder in ["assets", "fonts"] {
        let folder = out.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
    }
    let third_party = match env::var_os(OVERRIDE) {
        Some(prepared) => copy_prepared(Path::new(&prepared), &out),
        None => install(&web, &out.join("npm")).and_then(|modules| copy_listed(&modules, &out)),
    };
    if let Err(error) = third_party {
        println!(
            "cargo:warning=no third-party web files or fonts embedded ({error}); pages will be plain and papers need a system font; touch web/package-lock.json to try again"
        );
    }
    copy_own(&web.join("src"), &out.join("assets"))?;

    // Typst sources are embedded by `papers.rs` and messages by their reader: neither is Jinja.
    minijinja_embed::embed_templates!("../templates", &[".html", ".txt", ".subject"]);
    Ok(())
}

fn variable(name: &str) -> io::Result<std::ffi::OsString> {
    env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo did not set {name}")))
}

/// Runs `npm ci` in `work` unless it already holds exactly this lockfile's packages.
fn install(web: &Path, work: &Path) -> io::Result<PathBuf> {
    let lock = fs::read(web.join("package-lock.json"))?;
    let manifest = fs::read(web.join("package.json"))?;
    let modules = work.join("node_modules");
    let stamp = work.join("installed");
    let wanted = [manifest.as_slice(), lock.as_slice()].concat();
    if modules.is_dir() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }

    fs::create_dir_all(work)?;
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    fs::write(work.join("package.json"), &manifest)?;
    fs::write(work.join("package-lock.json"), &lock)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund"])
        .current_dir(work)
        .output()
        .map_err(|error| io::Error::other(format!("cannot run npm: {error}")))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let first = said.lines().find(|line| line.contains("error"));
        return Err(io::Error::other(format!("npm ci: {}", first.unwrap_or("failed"))));
    }
    fs::write(&stamp, wanted)?;
    Ok(modules)
}

fn copy_listed(modules: &Path, out: &Path) -> io::Result<()> {
    for (from, folder) in THIRD_PARTY {
        let source = modules.join(from);
        let name = source.file_name().unwrap_or_default();
        copy(&source, &out.join(folder).join(name))?;
    }
    Ok(())
}

fn copy_prepared(prepared: &Path, out: &Path) -> io::Result<()> {
    for folder in ["assets", "fonts"] {
        let source = prepared.join(folder);
        println!("cargo:rerun-if-changed={}", source.display());
        for file in files(&source)? {
            let name = file.file_name().unwrap_or_default();
            copy(&file, &out.join(folder).join(name))?;
        }
    }
    Ok(())
}

/// Our own files keep their path below `web/src` (`icons/192.png`).
fn copy_own(source: &Path, assets: &Path) -> io::Result<()> {
    if !source.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        let target = assets.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            fs::create_dir_all(&target)?;
            copy_own(&path, &target)?;
        } else if path.extension().is_some_and(|found| OWN.iter().any(|own| found == *own)) {
            copy(&path, &target)?;
        }
    }
    Ok(())
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| io::Error::other(format!("{}: {error}", folder.display())))? {
        let path = entry?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    // Read and write, not `fs::copy`: a read-only source must not make the target read-only.
    let bytes = fs::read(from).map_err(|error| io::Error::other(format!("{}: {error}", from.display())))?;
    fs::write(to, bytes)
}
