//! Every page and mail, drawn from every sample and looked at as a careful reader would.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Catalogue;

struct Page {
    name: &'static str,
    html: String,
}

fn pages() -> Vec<Page> {
    let renderer = Renderer::new().unwrap();
    let bare = Shell { title: "Trang mẫu".to_owned(), ..Shell::default() };
    let mut pages = Vec::new();
    for shell in [sample_shell(Lang::Vi), sample_shell(Lang::En), bare] {
        for entry in ALL {
            let drawn = entry.pages(&renderer, &shell).unwrap_or_else(|error| panic!("{}: {error:#}", entry.name));
            assert!(!drawn.is_empty(), "{} has no samples", entry.name);
            pages.extend(drawn.into_iter().map(|html| Page { name: entry.name, html }));
        }
    }
    pages
}

/// The start tags of a page with their attributes; enough of HTML for our own output.
fn tags(html: &str) -> Vec<(&str, BTreeMap<&str, &str>)> {
    html.split('<').skip(1).filter_map(tag).collect()
}

fn tag(piece: &str) -> Option<(&str, BTreeMap<&str, &str>)> {
    let end = piece.find([' ', '\n', '>'])?;
    let (name, mut rest) = piece.split_at(end);
    if name.starts_with(['!', '/']) {
        return None;
    }
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find([' ', '\n', '=', '>'])?;
        let (key, after) = rest.split_at(end);
        if key.is_empty() || key == "/" {
            return Some((name, attributes));
        }
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"')?,
            None => ("", after),
        };
        assert!(attributes.insert(key, value).is_none(), "{key} twice in <{piece}");
        rest = after;
    }
}

fn sources() -> Vec<(String, String)> {
    let renderer = Renderer::new().unwrap();
    let env = renderer.environment(Lang::Vi);
    env.templates().map(|(name, template)| (name.to_owned(), without_comments(template.source()))).collect()
}

fn without_comments(source: &str) -> String {
    let mut pieces = source.split("{#");
    let first = pieces.next().unwrap_or_default().to_owned();
    first + &pieces.filter_map(|piece| piece.split_once("#}")).map(|(_, after)| after).collect::<String>()
}

#[test]
fn every_sample_of_every_page_renders_in_both_languages_and_without_a_person() {
    assert!(pages().len() >= 3 * ALL.len());
}

#[test]
fn every_sample_of_every_mail_renders_with_a_one_line_subject() {
    let renderer = Renderer::new().unwrap();
    for entry in MAILS {
        let mails = entry.mails(&renderer).unwrap_or_else(|error| panic!("{}: {error:#}", entry.name));
        assert!(!mails.is_empty(), "{} has no samples", entry.name);
        for mail in mails {
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{}", entry.name);
            assert!(!mail.text.contains("&#") && !mail.text.contains("&amp;"), "{}: escaped text part", entry.name);
            assert!(mail.html.contains("<body"), "{}", entry.name);
        }
    }
}

#[test]
fn the_list_and_the_template_folder_name_the_same_pages() {
    let listed: BTreeSet<String> = ALL
        .iter()
        .map(|entry| entry.template.to_owned())
        .chain(MAILS.iter().flat_map(|mail| ["subject", "txt", "html"].map(|kind| format!("mail/{}.{kind}", mail.template))))
        .collect();
    let frame = |name: &str| name.starts_with("part/") || name == "layout.html" || name == "mail/layout.html";
    let other = |name: &str| name.starts_with("papers/") || name.starts_with("messages/");
    let present: BTreeSet<String> =
        sources().into_iter().map(|(name, _)| name).filter(|name| !frame(name) && !other(name)).collect();
    assert_eq!(listed, present);
}

#[test]
fn every_word_a_template_asks_for_is_in_the_vietnamese_catalogue() {
    let catalogue = Catalogue::embedded().unwrap();
    for (name, source) in sources() {
        for key in arguments(&source, "t(\"") {
            assert!(catalogue.has(key), "{name}: t(\"{key}\")");
        }
        for list in arguments(&source, "label(\"") {
            assert!(catalogue.keys(Lang::Vi).any(|key| key.starts_with(&format!("{list}."))), "{name}: label(\"{list}\")");
        }
    }
}

/// The string that follows each call of a function, where the call is not the tail of another name.
fn arguments<'a>(source: &'a str, call: &str) -> Vec<&'a str> {
    let in_a_name = |before: char| before.is_alphanumeric() || before == '_' || before == '.';
    source
        .match_indices(call)
        .filter_map(|(at, _)| source.split_at_checked(at))
        .filter(|(before, _)| !before.ends_with(in_a_name))
        .filter_map(|(_, found)| found.strip_prefix(call)?.split_once('"'))
        .map(|(argument, _)| argument)
        .collect()
}

#[test]
fn no_page_has_inline_scripts_or_styles() {
    for Page { name, html } in pages() {
        for (tag, attributes) in tags(&html) {
            assert!(tag != "style", "{name}: <style>");
            assert!(tag != "script" || attributes.contains_key("src"), "{name}: inline script");
            for key in attributes.keys() {
                assert!(*key != "style" && !key.starts_with("on"), "{name}: {key} in <{tag}>");
            }
        }
    }
}

#[test]
fn every_visible_field_has_a_label_and_every_reference_a_target() {
    for Page { name, html } in pages() {
        let tags = tags(&html);
        let mut ids = BTreeSet::new();
        for (tag, attributes) in &tags {
            if let Some(id) = attributes.get("id") {
                assert!(ids.insert(*id), "{name}: two elements with id {id} (<{tag}>)");
            }
        }
        let labelled: BTreeSet<&str> = tags.iter().filter_map(|(_, attributes)| attributes.get("for").copied()).collect();
        for (tag, attributes) in &tags {
            let kind = attributes.get("type").copied().unwrap_or_default();
            let control = matches!(*tag, "input" | "select" | "textarea") && !matches!(kind, "hidden" | "radio" | "checkbox");
            if control {
                let id = attributes.get("id").copied().unwrap_or_default();
                assert!(labelled.contains(id), "{name}: <{tag} {attributes:?}> without label");
            }
            for key in ["for", "aria-describedby", "aria-labelledby"] {
                for target in attributes.get(key).copied().unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(target), "{name}: {key}=\"{target}\" leads nowhere");
                }
            }
            if let Some(target) = attributes.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(target), "{name}: link to #{target} leads nowhere");
            }
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for Page { name, html } in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let post = form.split('>').next().unwrap_or_default().contains("method=\"post\"");
            assert_eq!(post, form.contains("name=\"csrf\""), "{name}: <form{form}");
        }
    }
}

#[test]
fn every_page_has_one_first_heading_and_elements_are_closed() {
    for Page { name, html } in pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        for tag in [
            "div", "p", "ul", "ol", "li", "form", "section", "fieldset", "details", "table", "span", "a", "dl", "nav", "template",
        ] {
            let opened = tags(&html).iter().filter(|(found, _)| *found == tag).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{name}: <{tag}>");
        }
    }
}

#[test]
fn every_page_says_that_the_data_are_samples() {
    let catalogue = Catalogue::embedded().unwrap();
    let renderer = Renderer::new().unwrap();
    let mut shell = sample_shell(Lang::Vi);
    let words = catalogue.get(Lang::Vi, "shell.sample_world", &[]);
    for entry in ALL {
        assert!(entry.pages(&renderer, &shell).unwrap().iter().all(|page| page.contains(&words)), "{}", entry.name);
    }
    shell.sample_world = false;
    for entry in ALL {
        assert!(!entry.pages(&renderer, &shell).unwrap().iter().any(|page| page.contains(&words)), "{}", entry.name);
    }
}

/// The colours of `theme.css`: of light windows, and of dark ones.
fn colours() -> [BTreeMap<&'static str, &'static str>; 2] {
    let css = include_str!("../../../web/src/theme.css");
    let tokens = |block: &'static str| -> BTreeMap<&str, &str> {
        let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "));
        lines.filter(|(_, value)| value.starts_with('#')).collect()
    };
    let (light, rest) = css.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let (dark, _) = rest.split_once("/* What of Bootstrap").unwrap();
    let light = tokens(light);
    let mut dark_over_light = light.clone();
    dark_over_light.extend(tokens(dark));
    [light, dark_over_light]
}

/// Relative luminance (WCAG 2.2) of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let value = u32::from_str_radix(colour.trim_start_matches('#'), 16).unwrap();
    let linear = |shift: u32| {
        let part = f64::from(value >> shift & 0xff) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

#[test]
fn every_pair_of_colours_has_the_contrast_that_wcag_aa_asks_for() {
    let text = [
        ("ink", "ground"),
        ("ink", "paper"),
        ("ink", "pick"),
        ("ink", "neutral-ground"),
        ("soft", "ground"),
        ("soft", "paper"),
        ("soft", "pick"),
        ("link", "ground"),
        ("link", "paper"),
        ("link", "pick"),
        ("on-act", "act"),
        ("on-act", "act-over"),
        ("on-brand", "brand"),
        ("neutral", "neutral-ground"),
        ("info", "info-ground"),
        ("good", "good-ground"),
        ("warn", "warn-ground"),
        ("bad", "bad-ground"),
        ("ink", "info-ground"),
        ("ink", "good-ground"),
        ("ink", "warn-ground"),
        ("ink", "bad-ground"),
        ("bad", "paper"),
        ("bad", "ground"),
        ("bad", "pick"),
        ("warn", "paper"),
        ("warn", "pick"),
        ("good", "paper"),
    ];
    let lines =
        [("edge", "paper"), ("edge", "ground"), ("focus", "ground"), ("focus", "paper"), ("gold", "brand"), ("brand", "paper")];
    for (scheme, colours) in ["light", "dark"].into_iter().zip(colours()) {
        for (least, pairs) in [(4.5, &text[..]), (3.0, &lines[..])] {
            for (front, back) in pairs {
                let [a, b] = [front, back].map(|name| luminance(colours[name]) + 0.05);
                let contrast = a.max(b) / a.min(b);
                assert!(contrast >= least, "{scheme}: {front} on {back} is {contrast:.2}, not {least}");
            }
        }
    }
}

#[test]
fn the_script_is_small_and_has_no_words_of_its_own() {
    let script = include_str!("../../../web/src/app.js");
    assert!(script.len() <= 8 * 1024, "{} bytes", script.len());
    assert!(script.is_ascii());
}
