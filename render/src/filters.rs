//! What templates may call: words of the catalogue, dates and numbers the Vietnamese way.
//!
//! Dates and numbers look the same in both languages, as on the papers and in the fields where
//! they are typed.

use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};

use crate::catalogue::{Unfilled, fill};
use crate::{Catalogue, Lang, form};

/// Adds our functions and filters to `env`.
pub(crate) fn register(env: &mut Environment<'static>, catalogue: &Arc<Catalogue>, lang: Lang) {
    let texts = Arc::clone(catalogue);
    env.add_function("t", move |key: &str, values: Kwargs| translate(&texts, lang, key, &values));
    let texts = Arc::clone(catalogue);
    env.add_function("label", move |list: &str, code: &str| known(&texts, lang, &format!("{list}.{code}")));
    let texts = Arc::clone(catalogue);
    env.add_function("field_label", move |field: &str| field_label(&texts, lang, field));
    let texts = Arc::clone(catalogue);
    env.add_function("field_row", move |field: &str| field_row(&texts, lang, field));
    let texts = Arc::clone(catalogue);
    env.add_function("nav_label", move |key: &str| {
        let short = format!("nav_short.{key}");
        let key = if texts.has(&short) { short } else { format!("nav.{key}") };
        known(&texts, lang, &key)
    });
    // `none` when the build has no such file: pages must do without Bootstrap.
    env.add_function("asset", |name: &str| crate::assets::lookup_path(name));
    let texts = Arc::clone(catalogue);
    // Of what was typed, which may be no date at all.
    env.add_function("date_words", move |typed: &str| match typed.parse() {
        Ok(date) => weekday_and_date(&texts, lang, date),
        Err(_) => Ok(String::new()),
    });
    env.add_function("form_rows", form_rows);
    env.add_function("field_id", field_id);

    let texts = Arc::clone(catalogue);
    env.add_filter("ngay_thu", move |date: &str| weekday_and_date(&texts, lang, civil_date(date)?));
    env.add_filter("ngay", |date: &str| Ok::<_, Error>(civil_date(date)?.format("%d/%m/%Y").to_string()));
    env.add_filter("ngay_gio", |at: &str| Ok::<_, Error>(instant(at)?.format("%H:%M %d/%m/%Y").to_string()));
    env.add_filter("so", |number: &Value, places: Option<usize>| {
        let number = Decimal::of(number)?;
        Ok::<_, Error>(match places {
            Some(places) => number.at_least(places).written(),
            None => number.written(),
        })
    });
    env.add_filter("diem", |points: &Value| Ok::<_, Error>(Decimal::of(points)?.trimmed().at_least(2).written()));
    env.add_filter("phan_tram", |percent: &Value| Ok::<_, Error>(format!("{}%", Decimal::of(percent)?.trimmed().written())));
    env.add_filter("kich_thuoc", |bytes: u64| size(bytes));
}

/// `t("key", name=value)`: the text of `key`. In a template a missing key or value is an error.
fn translate(catalogue: &Catalogue, lang: Lang, key: &str, values: &Kwargs) -> Result<String, Error> {
    let text = catalogue.text(lang, key).ok_or_else(|| unknown_key(key))?;
    let filled = fill(text, |name| match values.get::<Value>(name) {
        Ok(value) if !value.is_none() && !value.is_undefined() => Some(value.to_string()),
        _ => None,
    });
    filled.map_err(|Unfilled { name, .. }| refused(format!("«{key}» needs a value for {name}")))
}

fn known(catalogue: &Catalogue, lang: Lang, key: &str) -> Result<String, Error> {
    catalogue.text(lang, key).map(str::to_owned).ok_or_else(|| unknown_key(key))
}

/// The label of a form field: `field.<name>`, rows of a group sharing one (`steps/0/due_on` is
/// `field.due_on`). `""` when it has none, which only the error summary puts up with.
fn field_label(catalogue: &Catalogue, lang: Lang, field: &str) -> String {
    let mut parts = field.split('/').rev();
    let name = parts.next().unwrap_or_default();
    let label = catalogue.text(lang, &format!("field.{name}")).unwrap_or_default();
    let row = parts.next().and_then(|number| number.parse::<u64>().ok());
    match row {
        Some(row) if !label.is_empty() => {
            catalogue.get(lang, "form.row_label", &[("n", (row + 1).to_string()), ("label", label.to_owned())])
        }
        _ => label.to_owned(),
    }
}

/// «Dòng 2 – » of a field of a row; nothing of any other.
fn field_row(catalogue: &Catalogue, lang: Lang, field: &str) -> String {
    let row = field.split('/').rev().nth(1).and_then(|number| number.parse::<u64>().ok());
    row.map(|row| catalogue.get(lang, "form.row_label", &[("n", (row + 1).to_string()), ("label", String::new())]))
        .unwrap_or_default()
}

/// `form_rows(form, "steps", 1)`: the numbers of the rows to draw, at least so many.
fn form_rows(form: &Value, group: &str, least: Option<usize>) -> Result<Vec<usize>, Error> {
    let mut rows: Vec<usize> =
        form.get_attr("values")?.try_iter()?.filter_map(|name| form::row_of(group, name.as_str()?)).collect();
    rows.sort_unstable();
    rows.dedup();
    while rows.len() < least.unwrap_or(1) {
        rows.push(rows.last().map_or(0, |last| last + 1));
    }
    Ok(rows)
}

/// `field_id(form, name)`: the id of a form field, `f-steps-0-due_on`; with the form's own id
/// between where a page has several forms.
fn field_id(form: &Value, name: &str) -> Result<String, Error> {
    let own = form.get_attr("id")?;
    let own = own.as_str().filter(|own| !own.is_empty()).map_or_else(String::new, |own| format!("{own}-"));
    Ok(format!("f-{own}{}", name.replace('/', "-")))
}

fn weekday_and_date(catalogue: &Catalogue, lang: Lang, date: NaiveDate) -> Result<String, Error> {
    let weekday = known(catalogue, lang, &format!("weekday.{}", date.weekday().number_from_monday()))?;
    Ok(format!("{weekday}, {}", date.format("%d/%m/%Y")))
}

/// The civil date in Vietnam of a date or an instant.
fn civil_date(text: &str) -> Result<NaiveDate, Error> {
    match text.parse() {
        Ok(date) => Ok(date),
        Err(_) => Ok(instant(text)?.date_naive()),
    }
}

fn instant(text: &str) -> Result<DateTime<FixedOffset>, Error> {
    let vietnam = FixedOffset::east_opt(7 * 3600).ok_or_else(|| refused("no such offset".to_owned()))?;
    let at = DateTime::parse_from_rfc3339(text).map_err(|error| refused(format!("«{text}» is no date or instant ({error})")))?;
    Ok(at.with_timezone(&vietnam))
}

/// A file size in decimal units.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = bytes / (unit / 10);
    format!("{},{} {name}", tenths / 10, tenths % 10)
}

/// A decimal number as digits, never a float: what was counted is what is shown.
#[derive(Debug)]
struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn of(value: &Value) -> Result<Self, Error> {
        let text = match value.kind() {
            ValueKind::String | ValueKind::Number => value.to_string(),
            kind => return Err(refused(format!("{kind} is no number"))),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !plain {
            return Err(refused(format!("«{text}» is no decimal number")));
        }
        Ok(Self { negative, whole: whole.to_owned(), fraction: fraction.to_owned() })
    }

    /// Without zeros at the end of the fraction.
    fn trimmed(mut self) -> Self {
        self.fraction.truncate(self.fraction.trim_end_matches('0').len());
        self
    }

    /// With at least so many decimal places.
    fn at_least(mut self, places: usize) -> Self {
        while self.fraction.len() < places {
            self.fraction.push('0');
        }
        self
    }

    /// With dots between thousands and a comma before the fraction.
    fn written(&self) -> String {
        let mut out = String::new();
        if self.negative {
            // The true minus sign: it lines up with digits and never breaks a line.
            out.push('−');
        }
        for (index, digit) in self.whole.chars().enumerate() {
            if index > 0 && (self.whole.len() - index).is_multiple_of(3) {
                out.push('.');
            }
            out.push(digit);
        }
        if !self.fraction.is_empty() {
            out.push(',');
            out.push_str(&self.fraction);
        }
        out
    }
}

fn unknown_key(key: &str) -> Error {
    refused(format!("«{key}» is not in the message catalogue"))
}

fn refused(why: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;
    use crate::Renderer;

    fn eval(expression: &str, x: impl Into<Value>) -> Result<String, String> {
        let renderer = Renderer::new().unwrap();
        let env = renderer.environment(Lang::Vi);
        env.render_named_str("test.html", &format!("{{{{ {expression} }}}}"), context! { x => x.into() })
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn dates_and_instants_are_written_the_vietnamese_way() {
        let cases = [
            ("x | ngay", "2026-12-09", "09/12/2026"),
            ("x | ngay", "2026-12-08T20:00:00Z", "09/12/2026"),
            ("x | ngay_thu", "2026-12-09", "thứ Tư, 09/12/2026"),
            ("x | ngay_gio", "2026-12-08T20:05:59.123456Z", "03:05 09/12/2026"),
            ("x | ngay_gio", "2026-12-09T03:05:00+07:00", "03:05 09/12/2026"),
        ];
        for (expression, x, expected) in cases {
            assert_eq!(eval(expression, x).unwrap(), expected, "{expression} {x}");
        }
        for x in ["", "09/12/2026", "2026-02-30"] {
            assert!(eval("x | ngay", x).is_err(), "{x}");
        }
    }

    #[test]
    fn numbers_have_dots_between_thousands_and_a_comma() {
        let cases = [
            ("x | so", Value::from(3321), "3.321"),
            ("x | so", Value::from("1234567.50"), "1.234.567,50"),
            ("x | so", Value::from(-12), "−12"),
            ("x | so(1)", Value::from("7"), "7,0"),
            ("x | diem", Value::from("61.2500"), "61,25"),
            ("x | diem", Value::from(72), "72,00"),
            ("x | diem", Value::from("0.1250"), "0,125"),
            ("x | phan_tram", Value::from("98.50"), "98,5%"),
            ("x | phan_tram", Value::from(100), "100%"),
            ("x | kich_thuoc", Value::from(999), "999 B"),
            ("x | kich_thuoc", Value::from(1_260_000), "1,2 MB"),
        ];
        for (expression, x, expected) in cases {
            assert_eq!(eval(expression, x.clone()).unwrap(), expected, "{expression} {x}");
        }
        for x in ["", "-", "1,5", "1e3", "abc"] {
            assert!(eval("x | so", x).is_err(), "{x}");
        }
    }

    #[test]
    fn a_text_without_its_value_or_without_a_key_is_an_error() {
        assert!(eval(r#"t("form.row_label", n=1)"#, ()).unwrap_err().contains("needs a value for label"));
        assert!(eval(r#"t("no.such.key")"#, ()).unwrap_err().contains("«no.such.key»"));
        assert!(eval(r#"label("nav", "no_such")"#, ()).unwrap_err().contains("«nav.no_such»"));
    }

    #[test]
    fn rows_of_a_group_share_their_labels_and_say_their_number() {
        assert_eq!(eval(r#"field_label("login")"#, ()).unwrap(), eval(r#"t("field.login")"#, ()).unwrap());
        assert!(eval(r#"field_label("steps/1/login")"#, ()).unwrap().contains('2'));
        assert_eq!(eval(r#"field_label("no_such_field")"#, ()).unwrap(), "");
        let form = |id: &str| context! { id };
        assert_eq!(eval(r#"field_id(x, "steps/1/due_on")"#, form("")).unwrap(), "f-steps-1-due_on");
        assert_eq!(eval(r#"field_id(x, "reason")"#, form("dispute")).unwrap(), "f-dispute-reason");
    }
}
