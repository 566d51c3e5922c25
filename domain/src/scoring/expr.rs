//! Expressions over a criterion's inputs: `100*(early+on_time)/(early+on_time+overdue)`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::exact::Exact;

/// How long an expression may be.
const MAX_LENGTH: usize = 400;
/// How deep brackets may nest.
const MAX_DEPTH: usize = 40;

/// A formula: decimals, inputs, `+ - * /`, brackets, `min`, `max`. Exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    text: Arc<str>,
    root: Arc<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(Exact),
    Input(String),
    Negative(Box<Node>),
    Both(char, Box<Node>, Box<Node>),
    /// `min` (true) or `max` of one or more.
    Extreme(bool, Vec<Node>),
}

/// What the expression is not: the text near the place where reading stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expression not understood at «{0}»")]
pub struct NotUnderstood(pub String);

/// Why an expression has no value for these inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoValue {
    /// A division by zero.
    ZeroDenominator,
    /// An input without a value.
    Missing(String),
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is not understood.
    pub fn parse(text: &str) -> Result<Self, NotUnderstood> {
        if text.len() > MAX_LENGTH {
            return Err(NotUnderstood(text.chars().take(40).collect()));
        }
        let mut reader = Reader { rest: text, depth: 0 };
        let root = reader.sum()?;
        reader.blanks();
        if reader.rest.is_empty() { Ok(Self { text: text.trim().into(), root: Arc::new(root) }) } else { Err(reader.stopped()) }
    }

    /// The inputs it names.
    #[must_use]
    pub fn inputs(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.root.inputs(&mut found);
        found
    }

    /// Whether it is one input and nothing else.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(*self.root, Node::Input(_))
    }

    /// Its exact value.
    ///
    /// # Errors
    /// A division by zero, or an input without a value.
    pub fn value(&self, input: &dyn Fn(&str) -> Option<Exact>) -> Result<Exact, NoValue> {
        self.root.value(input)
    }

    /// The expression with each input replaced by `word` of it: for explanations.
    #[must_use]
    pub fn with_words(&self, word: &dyn Fn(&str) -> String) -> String {
        self.root.words(word, false)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Node {
    fn inputs<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Input(name) => {
                found.insert(name);
            }
            Self::Negative(inner) => inner.inputs(found),
            Self::Both(_, a, b) => {
                a.inputs(found);
                b.inputs(found);
            }
            Self::Extreme(_, all) => all.iter().for_each(|one| one.inputs(found)),
        }
    }

    fn value(&self, input: &dyn Fn(&str) -> Option<Exact>) -> Result<Exact, NoValue> {
        Ok(match self {
            Self::Number(number) => number.clone(),
            Self::Input(name) => input(name).ok_or_else(|| NoValue::Missing(name.clone()))?,
            Self::Negative(inner) => -&inner.value(input)?,
            Self::Both(sign, a, b) => {
                let (a, b) = (a.value(input)?, b.value(input)?);
                match sign {
                    '+' => &a + &b,
                    '-' => &a - &b,
                    '*' => &a * &b,
                    _ => Exact::ratio(&a, &b).ok_or(NoValue::ZeroDenominator)?,
                }
            }
            Self::Extreme(least, all) => {
                let values = all.iter().map(|one| one.value(input)).collect::<Result<Vec<_>, _>>()?;
                let found = if *least { values.into_iter().min() } else { values.into_iter().max() };
                found.unwrap_or_else(Exact::zero)
            }
        })
    }

    fn words(&self, word: &dyn Fn(&str) -> String, bracket: bool) -> String {
        let text = match self {
            Self::Number(number) => return number.vn_short(),
            Self::Input(name) => return word(name),
            Self::Negative(inner) => format!("−{}", inner.words(word, true)),
            Self::Both(sign, a, b) => {
                let weak = |sign: char| matches!(sign, '+' | '-');
                let left = a.words(word, !weak(*sign) && matches!(&**a, Self::Both(inner, ..) if weak(*inner)));
                let right =
                    b.words(word, matches!(&**b, Self::Both(inner, ..) if !weak(*sign) || (*sign == '-' && weak(*inner))));
                let sign = match sign {
                    '*' => '×',
                    '-' => '−',
                    other => *other,
                };
                format!("{left} {sign} {right}")
            }
            Self::Extreme(least, all) => {
                let inner: Vec<_> = all.iter().map(|one| one.words(word, false)).collect();
                return format!("{}({})", if *least { "min" } else { "max" }, inner.join("; "));
            }
        };
        if bracket { format!("({text})") } else { text }
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn stopped(&self) -> NotUnderstood {
        NotUnderstood(self.rest.chars().take(20).collect())
    }

    fn take(&mut self, wanted: &[char]) -> Option<char> {
        self.blanks();
        let found = self.rest.chars().next().filter(|c| wanted.contains(c))?;
        self.rest = self.rest.get(found.len_utf8()..).unwrap_or_default();
        Some(found)
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        word.to_owned()
    }

    fn sum(&mut self) -> Result<Node, NotUnderstood> {
        let mut left = self.product()?;
        while let Some(sign) = self.take(&['+', '-']) {
            left = Node::Both(sign, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Node, NotUnderstood> {
        let mut left = self.factor()?;
        while let Some(sign) = self.take(&['*', '/']) {
            left = Node::Both(sign, Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Node, NotUnderstood> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.stopped());
        }
        let found = self.atom();
        self.depth -= 1;
        found
    }

    fn atom(&mut self) -> Result<Node, NotUnderstood> {
        if self.take(&['-']).is_some() {
            return Ok(Node::Negative(Box::new(self.factor()?)));
        }
        if self.take(&['(']).is_some() {
            let inner = self.sum()?;
            return self.take(&[')']).map(|_| inner).ok_or_else(|| self.stopped());
        }
        self.blanks();
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = self.word(|c| c.is_ascii_digit() || c == '.');
            return digits.parse().map(Node::Number).ok().ok_or(NotUnderstood(digits));
        }
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
            // `max` alone is an input: the maximum of the criterion.
            return match name.as_str() {
                "min" | "max" if self.take(&['(']).is_some() => self.extreme(name == "min"),
                _ => Ok(Node::Input(name)),
            };
        }
        Err(self.stopped())
    }

    /// The rest of `min(…)`, from behind the bracket.
    fn extreme(&mut self, least: bool) -> Result<Node, NotUnderstood> {
        let mut all = vec![self.sum()?];
        while self.take(&[',']).is_some() {
            all.push(self.sum()?);
        }
        self.take(&[')']).map(|_| Node::Extreme(least, all)).ok_or_else(|| self.stopped())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, inputs: &[(&str, i64)]) -> Result<String, NoValue> {
        let input = |name: &str| inputs.iter().find(|(known, _)| *known == name).map(|(_, value)| Exact::from(*value));
        Expr::parse(text).unwrap().value(&input).map(|value| value.to_string())
    }

    #[test]
    fn expressions_are_computed_exactly() {
        let inputs = [("a", 7), ("b", 2), ("c", 0), ("max", 10)];
        for (text, expected) in [
            ("100*a/b", "350"),
            ("a - b - 1", "4"),
            ("a/b/2", "1.75"),
            ("-(a+b)*2", "-18"),
            ("min(a, b, 3) + max(a,b)", "9"),
            ("0.1+0.2", "0.3"),
            ("a/3*3", "7"),
            ("2--1", "3"),
            ("max*2", "20"),
            ("max (1, 2)", "2"),
        ] {
            assert_eq!(value(text, &inputs), Ok(expected.to_owned()), "{text}");
        }
        assert_eq!(value("a/c", &inputs), Err(NoValue::ZeroDenominator));
        assert_eq!(value("a/d", &inputs), Err(NoValue::Missing("d".to_owned())));
    }

    #[test]
    fn what_is_no_expression_is_refused_with_the_place() {
        for text in ["", "a+", "(a", "a b", "min a", "1..2", "a^2", "é", "min()", &"(".repeat(100), &"1+".repeat(300)] {
            assert!(Expr::parse(text).is_err(), "{text}");
        }
        assert_eq!(Expr::parse("a + $b").unwrap_err().0, "$b");
    }

    #[test]
    fn an_expression_tells_its_inputs_and_is_said_with_numbers() {
        let expr = Expr::parse("100*(a+b)/(a+b-(c-a))").unwrap();
        assert_eq!(expr.inputs().into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
        let said = expr.with_words(&|name| if name == "a" { "1.774".to_owned() } else { "2".to_owned() });
        assert_eq!(said, "100 × (1.774 + 2) / (1.774 + 2 − (2 − 1.774))");
    }
}
