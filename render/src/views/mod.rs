//! Every page and mail, and the pieces they share.
//!
//! One file per area. A view that is not in the list below is not tested, and a template that
//! no view names fails the tests.

pub mod calendar;
pub mod checklists;
pub mod conformity;
pub mod corrective_actions;
pub mod criteria;
pub mod deductions;
pub mod document_lists;
pub mod document_sets;
pub mod documents;
pub mod dossiers;
pub mod entry;
pub mod events;
pub mod evidence;
pub mod findings;
pub mod inspections;
pub mod management_reviews;
pub mod objectives;
pub mod part;
pub mod peer_groups;
pub mod people;
pub mod procedure_changes;
pub mod programmes;
pub mod public_documents;
pub mod reminders;
pub mod reports;
pub mod rounds;
pub mod standards;
pub mod styleguide;
pub mod surveys;
pub mod system;
pub mod today;
pub mod units;
pub mod year_work;

use minijinja::Value;
use minijinja::value::Serde;

use crate::{Flash, FlashKind, Lang, Mail, MailText, NavItem, RenderError, Renderer, Shell, ShellPerson, View};

/// A view or mail as the tests and the sample pages see it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name of the type.
    pub name: &'static str,
    /// Path of the template; of a mail the common name of its three.
    pub template: &'static str,
    samples: fn() -> Vec<Value>,
}

impl Entry {
    /// Every sample as a page.
    ///
    /// # Errors
    /// The first sample that does not render.
    pub fn pages(&self, renderer: &Renderer, shell: &Shell) -> Result<Vec<String>, RenderError> {
        (self.samples)().into_iter().map(|view| renderer.page_of(shell, self.template, view)).collect()
    }

    /// Every sample as a mail.
    ///
    /// # Errors
    /// The first sample that does not render.
    pub fn mails(&self, renderer: &Renderer) -> Result<Vec<MailText>, RenderError> {
        (self.samples)().into_iter().map(|mail| renderer.mail_of(self.template, mail)).collect()
    }
}

macro_rules! entries {
    ($of:ident, $template:ident: $($module:ident::$name:ident),+ $(,)?) => {
        &[$(Entry {
            name: stringify!($name),
            template: <$module::$name as $of>::$template,
            samples: || <$module::$name as $of>::samples().into_iter().map(|sample| Value::from(Serde(sample))).collect(),
        }),+]
    };
}

/// Every page.
pub const ALL: &[Entry] = entries![View, TEMPLATE:
    calendar::Calendar,
    checklists::ChecklistList,
    checklists::ChecklistPage,
    checklists::NewChecklist,
    conformity::ConformityUnitPage,
    conformity::ConformityUnits,
    conformity::DeclarationForm,
    conformity::DeclarationList,
    conformity::DeclarationPage,
    conformity::NewDeclaration,
    conformity::PublicDeclaration,
    conformity::PublicDeclarations,
    conformity::ScopePage,
    corrective_actions::ActionList,
    corrective_actions::ActionPage,
    criteria::CriteriaSetDiff,
    criteria::CriteriaSetList,
    criteria::CriteriaSetPage,
    criteria::CriteriaSetTry,
    criteria::IndexResults,
    document_lists::KeptForm,
    document_lists::ListHub,
    document_lists::ListShown,
    document_sets::CatalogueFile,
    document_sets::CopyForm,
    document_sets::ReissueForm,
    documents::AudienceForm,
    documents::CatalogueForm,
    documents::CatalogueList,
    documents::CataloguePage,
    documents::CitedPage,
    documents::DiffPage,
    documents::DocumentForm,
    documents::DocumentList,
    documents::DocumentPage,
    documents::DocumentSettingsForm,
    documents::DraftForm,
    documents::ExternalForm,
    documents::ExternalList,
    documents::ExternalPage,
    documents::IssueForm,
    documents::LinkPicker,
    documents::OfferList,
    documents::ReviewList,
    documents::ReviewPage,
    documents::RevisionPage,
    documents::RouteForm,
    dossiers::DossierForm,
    dossiers::DossierImport,
    dossiers::DossierList,
    dossiers::DossierPage,
    entry::FirstStart,
    entry::SignIn,
    events::Events,
    evidence::EvidencePage,
    findings::FindingForm,
    findings::FindingList,
    findings::FindingPage,
    inspections::InspectionList,
    inspections::InspectionPage,
    inspections::PlanInspection,
    inspections::Sheet,
    management_reviews::MinutesForm,
    management_reviews::ReviewForm,
    management_reviews::ReviewList,
    management_reviews::ReviewPage,
    objectives::ObjectiveForm,
    objectives::ObjectiveList,
    objectives::ObjectivePage,
    peer_groups::PeerGroups,
    people::Account,
    people::NewPerson,
    people::People,
    people::Person,
    procedure_changes::ChangeListForm,
    procedure_changes::ChangeListPage,
    procedure_changes::ChangeLists,
    programmes::ProgrammeForm,
    programmes::ProgrammeList,
    programmes::ProgrammePage,
    public_documents::Poster,
    public_documents::PublicList,
    public_documents::PublicPage,
    reminders::MailLedger,
    reminders::MailPage,
    reports::PapersPage,
    rounds::AppraisalPage,
    rounds::GivenPage,
    rounds::NewRound,
    rounds::PublishedList,
    rounds::PublishedRanking,
    rounds::RankingPage,
    rounds::RoundList,
    rounds::RoundPage,
    rounds::ScoreSheet,
    rounds::UnitPoints,
    standards::StandardsPage,
    styleguide::StyleGuide,
    surveys::SurveyEntries,
    surveys::SurveyEntry,
    surveys::SurveyForm,
    surveys::SurveyList,
    surveys::SurveyPage,
    system::About,
    system::ErrorPage,
    system::More,
    system::ProblemType,
    today::Today,
    units::UnitList,
    units::UnitPage,
    units::SuccessionForm,
    year_work::AssignForm,
    year_work::WorkItemForm,
    year_work::WorkItemPage,
    year_work::WorkList,
];

/// Every mail.
pub const MAILS: &[Entry] = entries![Mail, NAME:
    reminders::Digest,
    system::CheckMail,
];

/// A shell with everything in it, for samples.
#[must_use]
pub fn sample_shell(lang: Lang) -> Shell {
    let nav = ["today", "inspections", "corrective_actions", "findings", "programmes", "checklists", "units", "people"];
    Shell {
        lang,
        title: "Trang mẫu".to_owned(),
        person: Some(ShellPerson {
            name: "Nguyễn Thị Ánh Nguyệt".to_owned(),
            position: "Phó Chủ tịch phụ trách cải cách hành chính".to_owned(),
            unit: "Ủy ban nhân dân xã An Mẫu".to_owned(),
        }),
        csrf: "csrf-token".to_owned(),
        flash: vec![
            Flash { kind: FlashKind::Success, text: "Đã nộp kế hoạch khắc phục KP-2026-031.".to_owned() },
            Flash {
                kind: FlashKind::Warning, text: "Hạn xử lý rơi vào ngày nghỉ, đã chuyển sang 14/12/2026.".to_owned()
            },
            Flash { kind: FlashKind::Error, text: "Tệp biên bản.pdf lớn hơn 50 MB.".to_owned() },
        ],
        path: "/".to_owned(),
        nav: nav
            .into_iter()
            .map(|key| NavItem {
                key: key.to_owned(),
                href: if key == "today" { "/".to_owned() } else { format!("/{}", key.replace('_', "-")) },
                active: key == "today",
                count: (key == "corrective_actions").then_some(3),
            })
            .collect(),
        sample_world: true,
        request_id: "0193f3a1-7c1e-7cc2-9a55-0a4b6f1b2c3d".to_owned(),
    }
}

#[cfg(test)]
mod tests;
