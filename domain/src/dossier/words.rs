//! Figures as people write and read them.

use super::{Bound, Figure, MAX_COUNT};

/// Reads a count as people write it: `1774`, `1.774`, `1 774`, `1.774,00`, `trên 4.400`, `gần 300`, `khoảng 50`.
/// Blank and a dash are «not stated».
///
/// # Errors
/// `negative`, `not_integer`, `too_large`.
pub fn read_figure(text: &str) -> Result<Option<Figure>, &'static str> {
    let text = crate::text::clean(text).to_lowercase();
    if matches!(text.as_str(), "" | "-" | "–" | "—") {
        return Ok(None);
    }
    let (bound, number) = bound_of(&text);
    if number.starts_with(['-', '−', '–']) {
        return Err("negative");
    }
    let number = number
        .split_once(',')
        .map_or(Some(number), |(whole, rest)| (!rest.is_empty() && rest.chars().all(|c| c == '0')).then_some(whole));
    let digits = number.and_then(ungrouped).ok_or("not_integer")?;
    match digits.parse::<u64>() {
        Ok(value) if value <= MAX_COUNT => Ok(Some(Figure { value, bound })),
        _ => Err("too_large"),
    }
}

fn bound_of(text: &str) -> (Bound, &str) {
    const WORDS: &[(&str, Bound)] = &[
        ("ít nhất", Bound::AtLeast),
        ("trên", Bound::AtLeast),
        ("hơn", Bound::AtLeast),
        (">=", Bound::AtLeast),
        ("≥", Bound::AtLeast),
        (">", Bound::AtLeast),
        ("không quá", Bound::AtMost),
        ("gần", Bound::AtMost),
        ("dưới", Bound::AtMost),
        ("<=", Bound::AtMost),
        ("≤", Bound::AtMost),
        ("<", Bound::AtMost),
        ("khoảng", Bound::About),
        ("~", Bound::About),
    ];
    let found = WORDS.iter().find_map(|(word, bound)| text.strip_prefix(word).map(|rest| (*bound, rest.trim())));
    found.unwrap_or((Bound::Exact, text))
}

/// The digits of a whole number, its thousands grouped by points or blanks or not at all.
fn ungrouped(text: &str) -> Option<String> {
    let is_gap = |c: char| c == '.' || c == '\u{a0}' || c == '\u{202f}' || c == ' ';
    let groups: Vec<&str> = text.split(is_gap).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let (first, rest) = groups.split_first()?;
    let grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    (digits && grouped).then(|| groups.concat())
}

/// A figure as people read it: `1.774`, `trên 4.400`.
#[must_use]
pub fn write_figure(figure: Figure) -> String {
    let word = match figure.bound {
        Bound::Exact => "",
        Bound::AtLeast => "trên ",
        Bound::AtMost => "gần ",
        Bound::About => "khoảng ",
    };
    format!("{word}{}", grouped(figure.value))
}

/// A count with a point between thousands: `1.774`.
#[must_use]
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}
