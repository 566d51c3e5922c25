//! Pages about the system itself: errors, what they mean, more places, about.

use serde::Serialize;

use crate::{Catalogue, Lang, Mail, View};

/// A refused or failed request, as a page.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// Stable code, also the page `/problems/<code>`.
    pub code: String,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, a sentence about this very case.
    pub detail: String,
    /// What to do now.
    pub advice: String,
    /// Where to go on, with its words; `None` when only going back helps.
    pub onward: Option<Link>,
}

/// A link with its words.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Where.
    pub href: String,
    /// Its words, saying what is there.
    pub label: String,
}

impl ErrorPage {
    /// The page of `code`; `detail` defaults to the general meaning of the code. A detail that
    /// ends in the general advice, as the API words it, does not say it twice.
    #[must_use]
    pub fn of(catalogue: &Catalogue, lang: Lang, status: u16, code: &str, detail: Option<String>) -> Self {
        let general = ProblemType::of(catalogue, lang, code).unwrap_or_else(|| ProblemType::internal(catalogue, lang));
        // What a page says to people, where the API says it to programs.
        let own = |list: &str, otherwise: String| {
            let key = format!("{list}.{}", general.code);
            if catalogue.has(&key) { catalogue.get(lang, &key, &[]) } else { otherwise }
        };
        let advice = own("page_advice", general.advice.clone());
        let (title, meaning) = (own("page_title", general.title.clone()), own("page_meaning", general.meaning.clone()));
        Self {
            status,
            detail: match &detail {
                Some(detail) => detail.strip_suffix(&general.advice).unwrap_or(detail).trim_end().to_owned(),
                None => meaning,
            },
            title,
            advice,
            code: general.code,
            onward: None,
        }
    }
}

impl View for ErrorPage {
    const TEMPLATE: &'static str = "system/error.html";

    fn samples() -> Vec<Self> {
        let Ok(catalogue) = Catalogue::embedded() else {
            return Vec::new();
        };
        let mut stale = Self::of(&catalogue, Lang::Vi, 412, "stale", None);
        stale.onward = Some(Link { href: "/findings/0197".to_owned(), label: "Mở bản mới nhất".to_owned() });
        let detail = "Người lập hành động khắc phục không được tự xác nhận kết quả.".to_owned();
        vec![
            Self::of(&catalogue, Lang::Vi, 404, "not_found", None),
            stale,
            Self::of(&catalogue, Lang::Vi, 409, "rule", Some(detail)),
            Self::of(&catalogue, Lang::Vi, 500, "internal", None),
        ]
    }
}

/// What an error code of the API means: the page its `type` points at.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemType {
    /// The code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    pub advice: String,
}

impl ProblemType {
    /// The explanation of `code`: a kind of error, or a rule of the workflow. `None` when there
    /// is no such code.
    #[must_use]
    pub fn of(catalogue: &Catalogue, lang: Lang, code: &str) -> Option<Self> {
        let text = |list: &str, code: &str| catalogue.get(lang, &format!("{list}.{code}"), &[]);
        let rule = format!("rule.{code}");
        let (kind, meaning) = if catalogue.has(&format!("problem_title.{code}")) {
            (code, text("problem_meaning", code))
        } else if catalogue.has(&rule) {
            let sentence = catalogue.text(lang, &rule).unwrap_or_default();
            let blanks = crate::catalogue::fill(sentence, |_| Some("…".to_owned()));
            ("rule", blanks.unwrap_or_else(|unfilled| unfilled.text))
        } else {
            return None;
        };
        Some(Self { code: code.to_owned(), title: text("problem_title", kind), meaning, advice: text("problem_advice", kind) })
    }

    fn internal(catalogue: &Catalogue, lang: Lang) -> Self {
        let text = |key: &str| catalogue.get(lang, key, &[]);
        Self {
            code: "internal".to_owned(),
            title: text("problem_title.internal"),
            meaning: text("problem_meaning.internal"),
            advice: text("problem_advice.internal"),
        }
    }
}

impl View for ProblemType {
    const TEMPLATE: &'static str = "system/problem_type.html";

    fn samples() -> Vec<Self> {
        let Ok(catalogue) = Catalogue::embedded() else {
            return Vec::new();
        };
        ["forbidden", "stale"].into_iter().filter_map(|code| Self::of(&catalogue, Lang::Vi, code)).collect()
    }
}

/// «Thêm»: every place the person may go, for phones; the places are in the shell.
#[derive(Clone, Debug, Default, Serialize)]
pub struct More {}

impl View for More {
    const TEMPLATE: &'static str = "system/more.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

/// What runs here.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// Name of the root unit; `None` before there is one.
    pub root_unit: Option<String>,
    /// Commit it was built from; `None` when unknown.
    pub commit: Option<String>,
}

impl View for About {
    const TEMPLATE: &'static str = "system/about.html";

    fn samples() -> Vec<Self> {
        vec![
            Self { version: "0.1.0".to_owned(), root_unit: Some("Ủy ban nhân dân tỉnh Mẫu".to_owned()), commit: None },
            Self { version: "0.1.0".to_owned(), root_unit: None, commit: Some("1f2e3d4c".to_owned()) },
        ]
    }
}

/// The mail by which an administrator checks that mail goes out.
#[derive(Clone, Debug, Serialize)]
pub struct CheckMail {
    /// Who asked for it.
    pub asked_by: String,
    /// This installation's address.
    pub base_url: String,
}

impl Mail for CheckMail {
    const NAME: &'static str = "check";

    fn samples() -> Vec<Self> {
        vec![Self { asked_by: "Nguyễn Thị Ánh Nguyệt".to_owned(), base_url: "https://chuan.example.vn".to_owned() }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_code_has_title_meaning_and_advice_and_a_page() {
        let catalogue = Catalogue::embedded().unwrap();
        let codes: Vec<_> = catalogue.keys(Lang::Vi).filter_map(|key| key.strip_prefix("problem_title.")).collect();
        for code in &codes {
            assert!(catalogue.has(&format!("problem_meaning.{code}")), "{code}");
            assert!(catalogue.has(&format!("problem_advice.{code}")), "{code}");
            assert_eq!(ProblemType::of(&catalogue, Lang::Vi, code).unwrap().code, *code);
        }
        assert!(codes.contains(&"internal") && codes.contains(&"rule"));
        assert!(ProblemType::of(&catalogue, Lang::Vi, "no_such_code").is_none());
    }

    #[test]
    fn a_rule_of_the_workflow_is_explained_with_its_values_left_open() {
        let catalogue = Catalogue::embedded().unwrap();
        for code in catalogue.keys(Lang::Vi).filter_map(|key| key.strip_prefix("rule.")) {
            let page = ProblemType::of(&catalogue, Lang::Vi, code).unwrap();
            assert!(!page.meaning.contains('{'), "{code}: {}", page.meaning);
        }
    }

    #[test]
    fn an_error_page_speaks_to_people_and_the_explanation_of_the_code_to_programs() {
        let catalogue = Catalogue::embedded().unwrap();
        for code in ["malformed", "idempotency_key_reused", "method_not_allowed", "precondition_required"] {
            let page = ErrorPage::of(&catalogue, Lang::Vi, 400, code, None);
            let said = format!("{} {} {}", page.title, page.detail, page.advice);
            for word in ["API", "Idempotency", "If-Match", "ETag", "định dạng"] {
                assert!(!said.contains(word), "{code}: {said}");
            }
            let problem = ProblemType::of(&catalogue, Lang::Vi, code).unwrap();
            assert_ne!(problem.advice, page.advice, "{code}");
        }
    }

    #[test]
    fn an_error_page_does_not_say_its_advice_twice() {
        let catalogue = Catalogue::embedded().unwrap();
        let plain = ErrorPage::of(&catalogue, Lang::Vi, 412, "stale", None);
        let joined = format!("{} {}", plain.detail, plain.advice);
        let page = ErrorPage::of(&catalogue, Lang::Vi, 412, "stale", Some(joined));
        assert_eq!((page.detail, page.advice), (plain.detail, plain.advice));
    }
}
