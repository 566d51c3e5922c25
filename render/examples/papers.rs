//! Writes every sample paper to a directory, to be looked at: `cargo run -p render --example papers -- /tmp/papers`.

use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("/tmp/papers"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (name, paper) in render::papers::samples() {
        let pdf = render::papers::render(&paper)?;
        fs::write(folder.join(name).with_extension("pdf"), &pdf.bytes)?;
    }
    Ok(())
}
