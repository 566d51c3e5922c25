//! A criteria set: a tree of fields, criteria and components, and the rules that turn declared
//! figures into points. Versioned data; nothing of it is code.

use std::collections::BTreeMap;

use super::exact::{Exact, RoundingMode};
use super::expr::Expr;

code_enum! {
    /// Who gives the points of a criterion.
    pub enum ScoreSource ("score_source") {
        /// Thẩm định trên tự chấm điểm.
        Appraisal = "appraisal",
        /// Điều tra xã hội học.
        Survey = "survey",
        /// Lãnh đạo chấm.
        Leadership = "leadership",
        /// Kết quả nhập từ nguồn khác.
        External = "external",
    }
}

code_enum! {
    /// What a division by zero, or a criterion that does not apply, means.
    pub enum Absence ("absence") {
        /// Được điểm tối đa.
        Full = "full",
        /// Không có điểm.
        Zero = "zero",
        /// Loại khỏi điểm tối đa.
        Exclude = "exclude",
        /// Không được phép, phải sửa số liệu.
        Refuse = "refuse",
    }
}

code_enum! {
    /// What happens to the scale when no survey was held.
    pub enum WithoutSurvey ("without_survey") {
        /// Bỏ phần điều tra, quy đổi phần còn lại về thang điểm.
        Rescale = "rescale",
        /// Phần điều tra không có điểm.
        Zero = "zero",
    }
}

code_enum! {
    /// How equal totals are ranked.
    pub enum TiePolicy ("tie_policy") {
        /// Đồng hạng, hạng sau bỏ cách: 1, 2, 2, 4.
        Competition = "competition",
        /// Đồng hạng, hạng sau liền kề: 1, 2, 2, 3.
        Dense = "dense",
        /// Mỗi đơn vị một hạng, theo mã đơn vị khi bằng điểm: 1, 2, 3, 4.
        Ordinal = "ordinal",
    }
}

code_enum! {
    /// What splits equal totals, beside a node of the tree.
    pub enum TieMeasure ("tie_measure") {
        /// Điểm điều tra xã hội học cao hơn.
        Survey = "survey",
        /// Điểm thẩm định cao hơn.
        Appraisal = "appraisal",
        /// Điểm thưởng cao hơn.
        Bonus = "bonus",
        /// Điểm phạt thấp hơn.
        Penalty = "penalty",
    }
}

code_enum! {
    /// The shapes of a rule that divides one figure by another.
    pub enum RatioKind ("rule_kind") {
        /// Tỷ lệ × điểm tối đa.
        Linear = "linear",
        /// Không có điểm khi tỷ lệ dưới mức sàn.
        LinearFloor = "linear_floor",
        /// Đủ điểm khi tỷ lệ đạt mục tiêu.
        LinearToTarget = "linear_to_target",
    }
}

code_enum! {
    /// The shapes of a rule by bands.
    pub enum BandKind ("rule_kind") {
        /// Bậc thang.
        Step = "step",
        /// Bậc thang rồi theo tỷ lệ.
        StepLinear = "step_linear",
        /// Theo số ngày chậm.
        Timeliness = "timeliness",
    }
}

/// Where and how values are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Decimals that stay.
    pub places: u32,
    /// How.
    pub mode: RoundingMode,
}

/// The moments of rounding; where there is none, the value stays exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rounding {
    /// The points of one criterion.
    pub sub_score: Option<Round>,
    /// The sum of a field.
    pub field: Option<Round>,
    /// Base, percents and the final score.
    pub total: Option<Round>,
}

/// A grade by its lower bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The least final score.
    pub at_least: Exact,
}

/// What else a grade demands. A unit that misses it gets the next grade it fulfils.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeCondition {
    /// The grade.
    pub grade: String,
    /// Every field has at least this percent of its maximum.
    pub every_field_percent: Option<Exact>,
    /// Every criterion has at least this percent of its maximum.
    pub every_criterion_percent: Option<Exact>,
}

/// What splits a tie; the higher value ranks first (the lower one for penalties).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TieBreaker {
    /// A sum over the tree.
    By(TieMeasure),
    /// The points of a node.
    Node(String),
}

/// Units that are ranked among themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerGroup {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// How survey forms are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyScale {
    /// Answer options and the percent each is worth.
    pub options: Vec<(String, Exact)>,
    /// Forms by code, with their names.
    pub instruments: Vec<(String, String)>,
}

/// A criteria set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriteriaSet {
    /// Its own name, as files carry it.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is: `constructed` for a sample, else free.
    pub status: String,
    /// The level it judges.
    pub level: String,
    /// The year it judges.
    pub year: Option<i32>,
    /// The decision it rests on.
    pub legal_basis: Option<String>,
    /// The full score, usually 100.
    pub scale: Exact,
    /// Declared sum of everything not scored by survey; checked.
    pub appraisal_points: Option<Exact>,
    /// Declared sum of survey points; checked.
    pub survey_points: Option<Exact>,
    /// Rounding.
    pub rounding: Rounding,
    /// When no survey was held.
    pub without_survey: WithoutSurvey,
    /// Grades, in the order of the file.
    pub grades: Vec<Grade>,
    /// Conditions of grades.
    pub grade_conditions: Vec<GradeCondition>,
    /// How ties are ranked.
    pub tie_policy: TiePolicy,
    /// What splits ties before.
    pub tie_breakers: Vec<TieBreaker>,
    /// Groups that are ranked apart; none means one group.
    pub peer_groups: Vec<PeerGroup>,
    /// The most that bonus points add.
    pub bonus_cap: Exact,
    /// The most that penalty points take.
    pub penalty_cap: Exact,
    /// Survey scale.
    pub survey: SurveyScale,
    /// Fields.
    pub nodes: Vec<Node>,
}

/// A field, criterion or component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Code, unique in the set.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum points.
    pub max: Exact,
    /// Its parts, or how it is scored.
    pub body: Body,
}

/// What a node is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Parts.
    Group {
        /// Bonus and penalty points live here; their maxima do not add up to anything.
        adjustments: bool,
        /// The parts.
        children: Vec<Node>,
    },
    /// Scored itself.
    Leaf(Box<Leaf>),
}

/// Whether a criterion adds to or takes from the score beside the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Part of the scale.
    #[default]
    None,
    /// Điểm thưởng.
    Bonus,
    /// Điểm phạt.
    Penalty,
}

/// To which units a criterion applies, and on what ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicability {
    /// Kinds of units; none means all.
    pub kinds: Vec<String>,
    /// Peer groups; none means all.
    pub groups: Vec<String>,
    /// The legal ground.
    pub ground: Option<String>,
}

/// A criterion that is scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Who gives the points.
    pub source: ScoreSource,
    /// How.
    pub rule: Rule,
    /// Declared inputs, in order, each with the label people see (or its name).
    pub inputs: Vec<Input>,
    /// Documents that prove it.
    pub evidence: Vec<String>,
    /// Whether a line without evidence or explanation cannot be submitted.
    pub evidence_required: bool,
    /// Whether the unit scores itself on it.
    pub self_scored: bool,
    /// What «not applicable» means.
    pub na_policy: Absence,
    /// To whom it applies; none means to all.
    pub applies_to: Option<Applicability>,
    /// Which appraisers look at it.
    pub appraiser_group: Option<String>,
    /// Bonus or penalty.
    pub adjustment: Adjustment,
}

/// A figure a criterion asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Identifier in formulas.
    pub name: String,
    /// What people read.
    pub label: Option<String>,
    /// The record it is counted from, as `dossiers.on_time`; none is typed in.
    pub bind: Option<String>,
}

/// Points, a share of the maximum, or a formula of `max` and `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Points.
    Points(Exact),
    /// Percent of the maximum.
    Percent(Exact),
    /// Formula over `max` and `value`.
    Formula(Expr),
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// What inputs carry.
    pub key: String,
    /// What people read.
    pub label: String,
    /// What it gives.
    pub gives: Gives,
}

/// The bounds of a band: all that are there must hold; none is «everything else».
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Lower bound and whether it belongs to the band.
    pub lower: Option<(Exact, bool)>,
    /// Upper bound and whether it belongs to the band.
    pub upper: Option<(Exact, bool)>,
}

impl Bounds {
    /// Whether the value lies within.
    #[must_use]
    pub fn hold(&self, value: &Exact) -> bool {
        let above = self.lower.as_ref().is_none_or(|(bound, closed)| value > bound || (*closed && value == bound));
        let below = self.upper.as_ref().is_none_or(|(bound, closed)| value < bound || (*closed && value == bound));
        above && below
    }

    /// Whether it is «everything else».
    #[must_use]
    pub const fn is_else(&self) -> bool {
        self.lower.is_none() && self.upper.is_none()
    }

    /// In signs: `≥ 70`, `> 0 và ≤ 5` is written `> 0; ≤ 5`.
    #[must_use]
    pub fn signs(&self) -> String {
        let lower =
            self.lower.as_ref().map(|(bound, closed)| format!("{} {}", if *closed { "≥" } else { ">" }, bound.vn_short()));
        let upper =
            self.upper.as_ref().map(|(bound, closed)| format!("{} {}", if *closed { "≤" } else { "<" }, bound.vn_short()));
        lower.into_iter().chain(upper).collect::<Vec<_>>().join("; ")
    }
}

/// A band of values; the first that holds counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Which values.
    pub bounds: Bounds,
    /// What they give.
    pub gives: Gives,
}

/// How declared figures become points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One of several.
    Choice(Vec<ChoiceOption>),
    /// All or nothing.
    Boolean,
    /// By the band a value falls in.
    Bands {
        /// Which shape.
        kind: BandKind,
        /// The value.
        value: Expr,
        /// The bands.
        bands: Vec<Band>,
        /// When the value divides by zero.
        zero_denominator: Absence,
    },
    /// By a ratio.
    Ratio {
        /// Which shape.
        kind: RatioKind,
        /// Numerator.
        num: Expr,
        /// Denominator.
        den: Expr,
        /// The percent below which there are no points ([`RatioKind::LinearFloor`]).
        zero_below_percent: Option<Exact>,
        /// The percent that gives everything ([`RatioKind::LinearToTarget`]).
        target_percent: Option<Exact>,
        /// The percent above which a ratio does not count; 100 unless said.
        cap_percent: Exact,
        /// When the denominator is zero.
        zero_denominator: Absence,
    },
    /// Points per counted thing, up to a cap.
    CountUnit {
        /// What is counted.
        count: Expr,
        /// Points each.
        points_per_unit: Exact,
        /// The most.
        cap: Exact,
    },
    /// From a start down, per counted fault.
    Deduction {
        /// Whether it may fall below zero (`negative`).
        negative: bool,
        /// The start.
        start: Exact,
        /// Points taken per input.
        per: Vec<(String, Exact)>,
        /// The least.
        floor: Exact,
    },
    /// Mean percent of the forms.
    Survey {
        /// Which form.
        instrument: String,
    },
    /// A score of another scale.
    ExternalScaled {
        /// The score.
        value: Expr,
        /// Its scale.
        of: Exact,
    },
    /// Points as given, between zero and the maximum.
    Leadership,
    /// Points by a formula.
    Formula {
        /// The formula.
        value: Expr,
        /// When it divides by zero.
        zero_denominator: Absence,
    },
}

impl Rule {
    /// The code of its kind, as files carry it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Choice(_) => "choice",
            Self::Boolean => "boolean",
            Self::Bands { kind, .. } => kind.code(),
            Self::Ratio { kind, .. } => kind.code(),
            Self::CountUnit { .. } => "count_unit",
            Self::Deduction { negative: false, .. } => "deduction",
            Self::Deduction { negative: true, .. } => "negative",
            Self::Survey { .. } => "survey",
            Self::ExternalScaled { .. } => "external_scaled",
            Self::Leadership => "leadership",
            Self::Formula { .. } => "formula",
        }
    }

    /// The inputs its formulas name.
    #[must_use]
    pub fn inputs(&self) -> Vec<&str> {
        let found: std::collections::BTreeSet<&str> = match self {
            Self::Bands { value, .. } | Self::ExternalScaled { value, .. } | Self::Formula { value, .. } => value.inputs(),
            Self::Ratio { num, den, .. } => num.inputs().into_iter().chain(den.inputs()).collect(),
            Self::CountUnit { count, .. } => count.inputs(),
            Self::Deduction { per, .. } => per.iter().map(|(name, _)| name.as_str()).collect(),
            Self::Choice(_) | Self::Boolean | Self::Survey { .. } | Self::Leadership => Default::default(),
        };
        found.into_iter().filter(|name| *name != MAX).collect()
    }
}

/// A criterion with its place in the tree.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// Index of its field among [`CriteriaSet::nodes`].
    pub field: usize,
    /// The node.
    pub node: &'a Node,
    /// How it is scored.
    pub leaf: &'a Leaf,
}

impl CriteriaSet {
    /// Whether it is a constructed sample, which must be called so wherever it is shown.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.status == "constructed"
    }

    /// Every scored criterion, in the order of the tree.
    #[must_use]
    pub fn leaves(&self) -> Vec<Placed<'_>> {
        fn walk<'a>(field: usize, node: &'a Node, found: &mut Vec<Placed<'a>>) {
            match &node.body {
                Body::Group { children, .. } => children.iter().for_each(|child| walk(field, child, found)),
                Body::Leaf(leaf) => found.push(Placed { field, node, leaf }),
            }
        }
        let mut found = Vec::new();
        for (field, node) in self.nodes.iter().enumerate() {
            walk(field, node, &mut found);
        }
        found
    }

    /// Every node with its depth, in the order of the tree.
    #[must_use]
    pub fn rows(&self) -> Vec<(usize, &Node)> {
        fn walk<'a>(depth: usize, node: &'a Node, found: &mut Vec<(usize, &'a Node)>) {
            found.push((depth, node));
            if let Body::Group { children, .. } = &node.body {
                children.iter().for_each(|child| walk(depth + 1, child, found));
            }
        }
        let mut found = Vec::new();
        self.nodes.iter().for_each(|node| walk(0, node, &mut found));
        found
    }

    /// The scored criterion of a code.
    #[must_use]
    pub fn leaf(&self, code: &str) -> Option<Placed<'_>> {
        self.leaves().into_iter().find(|placed| placed.node.code == code)
    }

    /// How many decimals points are shown with.
    #[must_use]
    pub fn places(&self) -> u32 {
        self.rounding.sub_score.map_or(super::exact::STORED_PLACES, |round| round.places)
    }

    /// The percents of the survey's answer options.
    #[must_use]
    pub fn option_percents(&self) -> BTreeMap<&str, &Exact> {
        self.survey.options.iter().map(|(key, percent)| (key.as_str(), percent)).collect()
    }
}

impl Node {
    /// How it is scored; `None` of a group.
    #[must_use]
    pub fn leaf(&self) -> Option<&Leaf> {
        match &self.body {
            Body::Leaf(leaf) => Some(leaf),
            Body::Group { .. } => None,
        }
    }

    /// Whether it holds bonus and penalty points.
    #[must_use]
    pub const fn is_adjustments(&self) -> bool {
        matches!(&self.body, Body::Group { adjustments: true, .. })
    }
}

impl Leaf {
    /// The input of a name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The fewest points the rule can give.
    #[must_use]
    pub fn lowest(&self) -> Exact {
        match &self.rule {
            Rule::Deduction { negative: true, floor, .. } => floor.clone(),
            _ => Exact::zero(),
        }
    }
}

impl Placed<'_> {
    /// The points that are left of `now` after `by` points are deducted, within what the rule can
    /// give; none of a line that has no points. A penalty grows by them instead, from nothing.
    #[must_use]
    pub fn deducted(&self, now: Option<&Exact>, by: &Exact) -> Option<Exact> {
        if self.leaf.adjustment == Adjustment::Penalty {
            let now = now.cloned().unwrap_or_else(Exact::zero);
            return Some((&now + by).min(self.node.max.clone()));
        }
        Some((now? - by).max(self.leaf.lowest()))
    }
}

/// The maximum of the criterion, in formulas.
pub const MAX: &str = "max";

/// The input of a rule that takes one number without naming it (leadership).
pub const POINTS_INPUT: &str = "points";
