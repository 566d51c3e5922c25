//! Writes every sample of every page and mail to a folder, to be looked at in a browser.
//!
//! `cargo run -p render --example pages [FOLDER]` (default `/tmp/pages`).

use std::path::PathBuf;
use std::{env, fs, io};

use render::{Lang, Renderer, assets, views};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "/tmp/pages".to_owned()));
    fs::create_dir_all(folder.join("assets"))?;
    let mut links = Vec::new();
    for name in assets::names() {
        if let (Some(asset), Some(path)) = (assets::get(&name), assets::lookup_path(&name)) {
            let file = folder.join("assets").join(&name);
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(&file, &asset.bytes)?;
            links.push((path, format!("assets/{name}")));
        }
    }
    let local = |html: String| links.iter().fold(html, |html, (path, file)| html.replace(path, file));

    let renderer = Renderer::new()?;
    for lang in [Lang::Vi, Lang::En] {
        for entry in views::ALL {
            let mut shell = views::sample_shell(lang);
            if entry.name != "StyleGuide" {
                shell.flash.clear();
            }
            if entry.template.starts_with("entry/") {
                shell.person = None;
                shell.nav.clear();
            }
            let pages = entry.pages(&renderer, &shell)?;
            for (number, html) in pages.into_iter().enumerate() {
                fs::write(folder.join(format!("{}-{number}-{}.html", entry.name, lang.code())), local(html))?;
            }
        }
    }
    for entry in views::MAILS {
        for (number, mail) in entry.mails(&renderer)?.into_iter().enumerate() {
            fs::write(folder.join(format!("mail-{}-{number}.html", entry.name)), mail.html)?;
            fs::write(folder.join(format!("mail-{}-{number}.txt", entry.name)), format!("{}\n\n{}", mail.subject, mail.text))?;
        }
    }
    io::Write::write_all(&mut io::stdout(), format!("{}\n", folder.display()).as_bytes())?;
    Ok(())
}
