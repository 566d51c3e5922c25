//! From a view to text: the template engine as this project uses it.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{
    AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value, context,
};
use serde::Serialize;

use crate::catalogue::CatalogueError;
use crate::{Catalogue, Lang, Shell, filters};

/// A page: data, and the template that draws it. Its fields are the template's variables,
/// beside `shell`.
///
/// A new view is also named in the list of [`crate::views`]; tests then render its samples.
pub trait View: Serialize {
    /// The template's path below `templates/`.
    const TEMPLATE: &'static str;

    /// Values that between them show everything the page can show: empty, full, with errors,
    /// with long names. None of them is a real person's.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// A mail: data, and three templates, `mail/<NAME>.subject`, `.txt` and `.html`.
pub trait Mail: Serialize {
    /// The templates' common name.
    const NAME: &'static str;

    /// As [`View::samples`].
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// A mail ready to be handed over. Mails are Vietnamese: they are official correspondence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Why something could not be rendered. Always a defect of template, view or catalogue.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The message catalogue cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A template failed; the text names it, the line and the cause.
    #[error("{0:#}")]
    Template(#[from] minijinja::Error),
}

/// Draws pages and mails. Built once; cheap to share.
#[derive(Clone, Debug)]
pub struct Renderer {
    catalogue: Arc<Catalogue>,
    vi: Arc<Environment<'static>>,
    en: Arc<Environment<'static>>,
}

impl Renderer {
    /// Reads the embedded templates and messages.
    ///
    /// # Errors
    /// [`RenderError`] when the catalogue is unusable.
    pub fn new() -> Result<Self, RenderError> {
        let catalogue = Arc::new(Catalogue::embedded()?);
        let vi = Arc::new(environment(&catalogue, Lang::Vi)?);
        let en = Arc::new(environment(&catalogue, Lang::En)?);
        Ok(Self { catalogue, vi, en })
    }

    /// Draws `view` as a page inside `shell`.
    ///
    /// # Errors
    /// [`RenderError`] when template and view do not fit together.
    pub fn page<V: View>(&self, shell: &Shell, view: &V) -> Result<String, RenderError> {
        self.page_of(shell, V::TEMPLATE, Value::from(Serde(view)))
    }

    /// Draws `mail`: subject, plain text and HTML.
    ///
    /// # Errors
    /// [`RenderError`] when templates and mail do not fit together.
    pub fn mail<M: Mail>(&self, mail: &M) -> Result<MailText, RenderError> {
        self.mail_of(M::NAME, Value::from(Serde(mail)))
    }

    /// The texts, for whoever has to word something outside a template.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn page_of(
        &self,
        shell: &Shell,
        template: &str,
        view: Value,
    ) -> Result<String, RenderError> {
        let context = context! { shell => Value::from(Serde(shell)), ..view };
        Ok(self
            .environment(shell.lang)
            .get_template(template)?
            .render(context)?)
    }

    pub(crate) fn mail_of(&self, name: &str, mail: Value) -> Result<MailText, RenderError> {
        let part = |extension| -> Result<String, RenderError> {
            let template = self.vi.get_template(&format!("mail/{name}.{extension}"))?;
            Ok(template.render(mail.clone())?)
        };
        // A line break in a subject would start another header.
        let subject = part("subject")?
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        Ok(MailText {
            subject,
            text: part("txt")?,
            html: part("html")?,
        })
    }

    pub(crate) fn environment(&self, lang: Lang) -> &Environment<'static> {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// One environment per language, so that filters and `t` know the language wherever they are
/// called: a macro does not see the page's variables.
fn environment(
    catalogue: &Arc<Catalogue>,
    lang: Lang,
) -> Result<Environment<'static>, RenderError> {
    let mut env = Environment::new();
    env.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(auto_escape);
    env.set_formatter(format_value);
    filters::register(&mut env, catalogue, lang);
    load_templates(&mut env);
    Ok(env)
}

#[expect(
    clippy::expect_used,
    reason = "generated by minijinja-embed; a test renders every template it embeds"
)]
fn load_templates(env: &mut Environment<'static>) {
    minijinja_embed::load_templates!(*env);
}

/// Everything is escaped as HTML, whatever its name, but the plain text parts of mails.
fn auto_escape(name: &str) -> AutoEscape {
    if name.ends_with(".txt") || name.ends_with(".subject") {
        AutoEscape::None
    } else {
        AutoEscape::Html
    }
}

/// Prints text and whole numbers only. A missing value, a truth value, a fraction or a list on a
/// page is a mistake, which would otherwise read `None`, `True`, `0.1` or `[…]` there.
fn format_value(
    out: &mut Output,
    state: &mut State,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let refuse = |what: &str| {
        Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            what.to_owned(),
        ))
    };
    match value.kind() {
        ValueKind::Undefined => refuse("undefined value printed"),
        ValueKind::None => refuse("none printed: test it first, or give the text for «nothing»"),
        ValueKind::Bool => refuse("truth value printed: choose words for both cases"),
        ValueKind::Number if !value.is_integer() => {
            refuse("fraction printed without a number filter (so, diem)")
        }
        ValueKind::Number => Ok(write!(out, "{value}")?),
        ValueKind::String => match state.auto_escape() {
            AutoEscape::Html if !value.is_safe() => {
                Ok(escape_html(out, value.as_str().unwrap_or_default())?)
            }
            _ => Ok(out.write_str(value.as_str().unwrap_or_default())?),
        },
        kind => refuse(&format!("{kind} printed: print its parts")),
    }
}

/// Escapes what ends text or an attribute. The engine's own escaper also takes `/`, which makes
/// links and dates unreadable in the source and protects nothing.
fn escape_html(out: &mut Output, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&', '"', '\'']) {
        let (plain, special) = rest.split_at(at);
        let mut following = special.chars();
        out.write_str(plain)?;
        out.write_str(match following.next() {
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('&') => "&amp;",
            Some('"') => "&quot;",
            _ => "&#39;",
        })?;
        rest = following.as_str();
    }
    out.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, context: Value) -> Result<String, String> {
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let env = environment(&catalogue, Lang::Vi).unwrap();
        env.render_named_str("test.html", template, context)
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn text_is_escaped_and_links_stay_readable() {
        let hostile = r#"<b a="1">&'"#;
        assert_eq!(
            render("{{ x }}", context! { x => hostile }).unwrap(),
            "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"
        );
        assert_eq!(
            render("{{ x }}", context! { x => "/a/b?c=Đ" }).unwrap(),
            "/a/b?c=Đ"
        );
    }

    #[test]
    fn a_value_that_is_no_text_is_refused_with_its_reason() {
        let cases = [
            (Value::from(()), "none printed"),
            (Value::from(true), "truth value printed"),
            (Value::from(0.5), "fraction printed"),
            (Value::from(vec![1, 2]), "sequence printed"),
        ];
        for (x, reason) in cases {
            let error = render("{{ x }}", context! { x }).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(
            render("{{ y }}", context! {})
                .unwrap_err()
                .contains("undefined")
        );
        assert!(render("{% if y %}{% endif %}", context! {}).is_err());
    }

    #[test]
    fn whatever_is_not_plain_text_is_escaped() {
        for name in ["a.html", "a", "a.md", "a.txt.html"] {
            assert_eq!(auto_escape(name), AutoEscape::Html, "{name}");
        }
        for name in ["mail/a.txt", "mail/a.subject"] {
            assert_eq!(auto_escape(name), AutoEscape::None, "{name}");
        }
    }
}
