//! Who may do what in general: roles, permissions, and the table between them. What needs the row
//! at hand (nobody verifies their own doing) is decided in the machines, not here.

use crate::rule::{Refused, require};

/// Every rule code of this module.
pub const CODES: &[&str] = &["role_not_assignable", "grant_above_ceiling", "grant_to_self", "roles_incompatible"];

code_enum! {
    /// A role a person is given at a unit for a span of time. Team roles come from inspections.
    pub enum Role ("role") {
        /// Quản trị nghiệp vụ.
        BusinessAdmin = "business_admin",
        /// Quản trị hệ thống.
        SystemAdmin = "system_admin",
        /// Giám sát nhật ký.
        SecurityAuditor = "security_auditor",
        /// Thư ký ISO.
        IsoSecretary = "iso_secretary",
        /// Người đứng đầu.
        Head = "head",
        /// Cán bộ đầu mối.
        DataOfficer = "data_officer",
        /// Cán bộ, công chức.
        Employee = "employee",
        /// Người ra quyết định kiểm tra.
        OrderingAuthority = "ordering_authority",
        /// Văn thư.
        Registrar = "registrar",
        /// Trưởng đoàn (by an inspection's team, never assigned).
        LeadInspector = "lead_inspector",
        /// Thành viên đoàn (by an inspection's team, never assigned).
        Inspector = "inspector",
        /// Thư ký đoàn (by an inspection's team, never assigned).
        TeamSecretary = "team_secretary",
        /// Người xác nhận (by a corrective action, never assigned).
        Verifier = "verifier",
        /// Tài khoản tích hợp.
        ServiceAccount = "service_account",
        /// Người thẩm định (which criterion groups of which round: the round's panel says).
        Appraiser = "appraiser",
        /// Thư ký hội đồng.
        CouncilSecretary = "council_secretary",
        /// Người duyệt công bố.
        Publisher = "publisher",
    }
}

code_enum! {
    /// How far an assignment reaches.
    pub enum Span ("span") {
        /// The unit alone.
        Own = "own",
        /// The unit and everything below it.
        Subtree = "subtree",
    }
}

code_enum! {
    /// What an operation asks for.
    pub enum Permission ("permission") {
        /// See units, standards, calendar, checklists.
        ReadReference = "read_reference",
        /// Change units and record successions.
        ManageUnits = "manage_units",
        /// See people of one's units.
        ReadPeople = "read_people",
        /// Create people, memberships, accounts.
        ManagePeople = "manage_people",
        /// Give and end roles.
        Grant = "grant",
        /// Change calendar days.
        ManageCalendar = "manage_calendar",
        /// Change checklist templates.
        ManageChecklists = "manage_checklists",
        /// See programmes.
        ReadProgrammes = "read_programmes",
        /// Write programmes.
        EditProgrammes = "edit_programmes",
        /// See inspections.
        ReadInspections = "read_inspections",
        /// Plan, reschedule, cancel inspections; name the team.
        PlanInspections = "plan_inspections",
        /// Approve an independence exception, conclude, hear appeals.
        OrderInspections = "order_inspections",
        /// Lead or take part in an inspection: answer, raise.
        RunInspections = "run_inspections",
        /// Sign for the inspected unit: self-report, opinion, accept or dispute, submit plans.
        SignForUnit = "sign_for_unit",
        /// Enter official numbers and dates.
        RegisterPapers = "register_papers",
        /// See findings and corrective actions.
        ReadFindings = "read_findings",
        /// Draft plans, report steps, ask for extensions.
        DraftPlans = "draft_plans",
        /// Report steps given to oneself.
        DoSteps = "do_steps",
        /// Approve plans, verify, check effectiveness, decide extensions.
        VerifyActions = "verify_actions",
        /// Move open duties to a successor unit.
        TransferDuties = "transfer_duties",
        /// Upload and read evidence.
        UseEvidence = "use_evidence",
        /// See the mail ledger and jobs; configuration, backup.
        OperateSystem = "operate_system",
        /// Read the audit trail.
        ReadEvents = "read_events",
        /// Own profile, own tokens, own work list.
        UseOwnAccount = "use_own_account",
        /// See criteria sets, rounds and the sheets one's part lets one see.
        ReadScores = "read_scores",
        /// Write, import, publish criteria sets.
        ManageCriteria = "manage_criteria",
        /// Open and move rounds, name the panel, record the council, propose publication.
        ManageRounds = "manage_rounds",
        /// Fill in the sheet of one's unit.
        DraftScores = "draft_scores",
        /// Appraise criteria.
        AppraiseScores = "appraise_scores",
        /// Approve the digest of a publication.
        ApprovePublication = "approve_publication",
        /// See dossier figures and the year's work.
        ReadFigures = "read_figures",
        /// Enter dossier figures and the year's work.
        EditFigures = "edit_figures",
        /// Enter filled forms of satisfaction surveys.
        EnterSurveyForms = "enter_survey_forms",
        /// Give tasks of the plan to units below.
        AssignTasks = "assign_tasks",
        /// Read controlled documents in force, the TTHC catalogue, external documents.
        ReadDocuments = "read_documents",
        /// Propose, draft, review and acknowledge documents, as the row says.
        WorkOnDocuments = "work_on_documents",
        /// Keep the documents of one's units: codes, requests, routes, links, registers.
        ControlDocuments = "control_documents",
        /// Approve and withdraw documents, record exceptions.
        ApproveDocuments = "approve_documents",
        /// See quality objectives and management reviews.
        ReadReviews = "read_reviews",
        /// Prepare quality objectives and management reviews.
        PrepareReviews = "prepare_reviews",
    }
}

/// What each role may do at all, inside its scope. Every role sees reference data and its own
/// account; nothing else is given by default.
///
/// Administrators see no business values (no findings, no evidence); a service account never
/// approves, signs, verifies, orders or grants.
#[rustfmt::skip]
const TABLE: &[(Role, &[Permission])] = {
    use Permission as P;
    &[
        (Role::BusinessAdmin, &[
            P::ManageUnits, P::ReadPeople, P::ManagePeople, P::Grant, P::ManageCalendar, P::TransferDuties,
            P::ReadDocuments,
        ]),
        (Role::SystemAdmin, &[P::OperateSystem]),
        (Role::SecurityAuditor, &[P::ReadPeople, P::ReadEvents]),
        (Role::IsoSecretary, &[
            P::ReadPeople, P::ManageChecklists, P::ReadProgrammes, P::EditProgrammes, P::ReadInspections,
            P::PlanInspections, P::ReadFindings, P::DraftPlans, P::DoSteps, P::UseEvidence, P::ReadScores,
            P::ReadFigures, P::EditFigures, P::EnterSurveyForms,
            P::ReadDocuments, P::WorkOnDocuments, P::ControlDocuments,
            P::ReadReviews, P::PrepareReviews,
        ]),
        (Role::Head, &[
            P::ReadPeople, P::ReadProgrammes, P::ReadInspections, P::SignForUnit, P::ReadFindings, P::DraftPlans,
            P::DoSteps, P::UseEvidence, P::ReadScores, P::ReadFigures,
            P::ReadDocuments, P::WorkOnDocuments, P::ApproveDocuments,
            P::ReadReviews,
        ]),
        (Role::DataOfficer, &[
            P::ReadPeople, P::ReadProgrammes, P::ReadInspections, P::ReadFindings, P::DraftPlans, P::DoSteps,
            P::UseEvidence, P::ReadScores, P::DraftScores, P::ReadFigures, P::EditFigures,
            P::EnterSurveyForms,
            P::ReadDocuments, P::WorkOnDocuments,
            P::ReadReviews,
        ]),
        (Role::Employee, &[P::DoSteps, P::UseEvidence, P::ReadDocuments, P::WorkOnDocuments]),
        (Role::OrderingAuthority, &[
            P::ReadPeople, P::ReadProgrammes, P::EditProgrammes, P::ReadInspections, P::PlanInspections,
            P::OrderInspections, P::ReadFindings, P::VerifyActions, P::TransferDuties, P::UseEvidence, P::AssignTasks,
            P::ReadFigures,
            P::ReadDocuments, P::WorkOnDocuments,
            P::ReadReviews,
        ]),
        (Role::Registrar, &[
            P::ReadProgrammes, P::ReadInspections, P::RegisterPapers, P::ReadDocuments, P::WorkOnDocuments, P::ReadReviews,
        ]),
        (Role::LeadInspector, &[
            P::ReadPeople, P::ReadProgrammes, P::ReadInspections, P::RunInspections, P::ReadFindings,
            P::VerifyActions, P::UseEvidence,
            P::ReadDocuments,
        ]),
        (Role::Inspector, &[P::ReadInspections, P::RunInspections, P::ReadFindings, P::UseEvidence, P::ReadDocuments]),
        (Role::TeamSecretary, &[P::ReadInspections, P::RunInspections, P::ReadFindings, P::UseEvidence, P::ReadDocuments]),
        (Role::Verifier, &[P::ReadInspections, P::ReadFindings, P::VerifyActions, P::UseEvidence]),
        (Role::ServiceAccount, &[
            P::ReadProgrammes, P::ReadInspections, P::ReadFindings, P::UseEvidence, P::ReadScores, P::ReadFigures,
            P::EditFigures, P::EnterSurveyForms,
            P::ReadDocuments,
        ]),
        (Role::Appraiser, &[P::ReadScores, P::AppraiseScores, P::ReadFigures, P::UseEvidence, P::ReadDocuments]),
        (Role::CouncilSecretary, &[
            P::ReadPeople, P::ReadScores, P::ManageCriteria, P::ManageRounds, P::ReadFigures, P::AssignTasks,
            P::UseEvidence, P::EnterSurveyForms,
            P::ReadDocuments,
            P::ReadReviews,
        ]),
        (Role::Publisher, &[P::ReadScores, P::ApprovePublication, P::ReadDocuments]),
    ]
};

/// What every signed-in person may do.
const EVERYONE: &[Permission] = &[Permission::ReadReference, Permission::UseOwnAccount];

impl Role {
    /// Whether the role gives this permission, inside its scope.
    #[must_use]
    pub fn grants(self, permission: Permission) -> bool {
        EVERYONE.contains(&permission) || TABLE.iter().any(|(role, granted)| *role == self && granted.contains(&permission))
    }

    /// Whether it is given to people by assignment. Team roles come from inspections and the
    /// verifier from corrective actions.
    #[must_use]
    pub const fn assignable(self) -> bool {
        !matches!(self, Self::LeadInspector | Self::Inspector | Self::TeamSecretary | Self::Verifier)
    }

    /// Whether only the business administration of the root may give it.
    #[must_use]
    pub const fn sensitive(self) -> bool {
        matches!(
            self,
            Self::OrderingAuthority
                | Self::SecurityAuditor
                | Self::SystemAdmin
                | Self::BusinessAdmin
                | Self::ServiceAccount
                | Self::Appraiser
                | Self::CouncilSecretary
                | Self::Publisher
        )
    }

    /// Administration, oversight and machines hold no other role beside (SOD-8, SOD-12).
    const fn stands_alone(self) -> bool {
        matches!(self, Self::BusinessAdmin | Self::SystemAdmin | Self::SecurityAuditor | Self::ServiceAccount)
    }
}

/// Whether one person may not hold both roles in the same installation (SOD-8).
#[must_use]
pub fn incompatible(a: Role, b: Role) -> bool {
    a != b && (a.stands_alone() || b.stands_alone())
}

/// Whether `granter` may give `role` at all. `at_root`: the granter's own role is held at the root
/// unit. The scope (only units below one's own) is the caller's check.
#[must_use]
pub fn may_grant(granter: Role, at_root: bool, role: Role) -> bool {
    granter == Role::BusinessAdmin && role.assignable() && (at_root || !role.sensitive())
}

/// Whether `role` may be given to a person who holds `held` (SOD-8, SOD-9).
///
/// # Errors
/// `role_not_assignable`, `grant_above_ceiling`, `grant_to_self`, `roles_incompatible`.
pub fn check_grant(granter: Role, at_root: bool, role: Role, to_self: bool, held: &[Role]) -> Result<(), Refused> {
    require(role.assignable(), "role_not_assignable")?;
    require(may_grant(granter, at_root, role), "grant_above_ceiling")?;
    require(!to_self, "grant_to_self")?;
    match held.iter().find(|other| incompatible(role, **other)) {
        Some(other) => Err(Refused::new("roles_incompatible").with("role", other)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns in the order of [`Role::ALL`].
    const COLUMNS: &str = "BAD SYS SEC ISO HEA OFF EMP ORD REG LEA INS TSE VER SVC APR CSE PBL";

    #[test]
    fn roles_and_permissions_are_this_matrix() {
        let matrix = [
            (Permission::ReadReference, "x x x x x x x x x x x x x x x x x"),
            (Permission::ManageUnits, "x . . . . . . . . . . . . . . . ."),
            (Permission::ReadPeople, "x . x x x x . x . x . . . . . x ."),
            (Permission::ManagePeople, "x . . . . . . . . . . . . . . . ."),
            (Permission::Grant, "x . . . . . . . . . . . . . . . ."),
            (Permission::ManageCalendar, "x . . . . . . . . . . . . . . . ."),
            (Permission::ManageChecklists, ". . . x . . . . . . . . . . . . ."),
            (Permission::ReadProgrammes, ". . . x x x . x x x . . . x . . ."),
            (Permission::EditProgrammes, ". . . x . . . x . . . . . . . . ."),
            (Permission::ReadInspections, ". . . x x x . x x x x x x x . . ."),
            (Permission::PlanInspections, ". . . x . . . x . . . . . . . . ."),
            (Permission::OrderInspections, ". . . . . . . x . . . . . . . . ."),
            (Permission::RunInspections, ". . . . . . . . . x x x . . . . ."),
            (Permission::SignForUnit, ". . . . x . . . . . . . . . . . ."),
            (Permission::RegisterPapers, ". . . . . . . . x . . . . . . . ."),
            (Permission::ReadFindings, ". . . x x x . x . x x x x x . . ."),
            (Permission::DraftPlans, ". . . x x x . . . . . . . . . . ."),
            (Permission::DoSteps, ". . . x x x x . . . . . . . . . ."),
            (Permission::VerifyActions, ". . . . . . . x . x . . x . . . ."),
            (Permission::TransferDuties, "x . . . . . . x . . . . . . . . ."),
            (Permission::UseEvidence, ". . . x x x x x . x x x x x x x ."),
            (Permission::OperateSystem, ". x . . . . . . . . . . . . . . ."),
            (Permission::ReadEvents, ". . x . . . . . . . . . . . . . ."),
            (Permission::UseOwnAccount, "x x x x x x x x x x x x x x x x x"),
            (Permission::ReadScores, ". . . x x x . . . . . . . x x x x"),
            (Permission::ManageCriteria, ". . . . . . . . . . . . . . . x ."),
            (Permission::ManageRounds, ". . . . . . . . . . . . . . . x ."),
            (Permission::DraftScores, ". . . . . x . . . . . . . . . . ."),
            (Permission::AppraiseScores, ". . . . . . . . . . . . . . x . ."),
            (Permission::ApprovePublication, ". . . . . . . . . . . . . . . . x"),
            (Permission::ReadFigures, ". . . x x x . x . . . . . x x x ."),
            (Permission::EditFigures, ". . . x . x . . . . . . . x . . ."),
            (Permission::EnterSurveyForms, ". . . x . x . . . . . . . x . x ."),
            (Permission::AssignTasks, ". . . . . . . x . . . . . . . x ."),
            (Permission::ReadDocuments, "x . . x x x x x x x x x . x x x x"),
            (Permission::WorkOnDocuments, ". . . x x x x x x . . . . . . . ."),
            (Permission::ControlDocuments, ". . . x . . . . . . . . . . . . ."),
            (Permission::ApproveDocuments, ". . . . x . . . . . . . . . . . ."),
            (Permission::ReadReviews, ". . . x x x . x x . . . . . . x ."),
            (Permission::PrepareReviews, ". . . x . . . . . . . . . . . . ."),
        ];
        assert_eq!(matrix.map(|(permission, _)| permission), *Permission::ALL, "every permission has its row");
        assert_eq!(COLUMNS.split(' ').count(), Role::ALL.len());
        for (permission, row) in matrix {
            let found: Vec<_> = Role::ALL.iter().map(|role| if role.grants(permission) { "x" } else { "." }).collect();
            assert_eq!(found.join(" "), row, "{permission}: {COLUMNS}");
        }
    }

    #[test]
    fn every_role_has_one_row_in_the_table() {
        for role in Role::ALL {
            assert_eq!(TABLE.iter().filter(|(row, _)| row == role).count(), 1, "{role}");
        }
    }

    #[test]
    fn administrators_see_no_findings_and_no_evidence() {
        for role in [Role::BusinessAdmin, Role::SystemAdmin, Role::SecurityAuditor] {
            for permission in
                [Permission::ReadInspections, Permission::ReadFindings, Permission::UseEvidence, Permission::ReadScores]
            {
                assert!(!role.grants(permission), "{role} {permission}");
            }
        }
    }

    #[test]
    fn a_service_account_never_approves_signs_verifies_orders_or_grants() {
        use Permission as P;
        for permission in [
            P::Grant,
            P::ManagePeople,
            P::SignForUnit,
            P::VerifyActions,
            P::OrderInspections,
            P::PlanInspections,
            P::RunInspections,
            P::RegisterPapers,
            P::TransferDuties,
            P::ManageRounds,
            P::AppraiseScores,
            P::ApprovePublication,
        ] {
            assert!(!Role::ServiceAccount.grants(permission), "{permission}");
        }
    }

    #[test]
    fn who_judges_and_ranks_units_does_not_write_the_figures_that_are_judged() {
        for role in [Role::CouncilSecretary, Role::Appraiser, Role::Publisher] {
            for permission in [Permission::EditFigures, Permission::DraftScores, Permission::SignForUnit] {
                assert!(!role.grants(permission), "{role} {permission}");
            }
        }
    }

    #[test]
    fn team_roles_and_the_verifier_are_never_assigned() {
        let never: Vec<_> = Role::ALL.iter().filter(|role| !role.assignable()).map(|role| role.code()).collect();
        assert_eq!(never, ["lead_inspector", "inspector", "team_secretary", "verifier"]);
    }

    #[test]
    fn administration_and_oversight_hold_no_other_role() {
        for (a, b, expected) in [
            (Role::BusinessAdmin, Role::SystemAdmin, true),
            (Role::SystemAdmin, Role::SecurityAuditor, true),
            (Role::SecurityAuditor, Role::Head, true),
            (Role::BusinessAdmin, Role::IsoSecretary, true),
            (Role::ServiceAccount, Role::Employee, true),
            (Role::Head, Role::OrderingAuthority, false),
            (Role::DataOfficer, Role::Employee, false),
            (Role::IsoSecretary, Role::LeadInspector, false),
            (Role::BusinessAdmin, Role::BusinessAdmin, false), // at two units
        ] {
            assert_eq!(incompatible(a, b), expected, "{a} {b}");
            assert_eq!(incompatible(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_ceiling_of_what_may_be_granted() {
        // Columns in the order of Role::ALL; rows: business admin of a unit, of the root.
        for (at_root, row) in [(false, ". . . x x x x . x . . . . . . . ."), (true, "x x x x x x x x x . . . . x x x x")] {
            let may = |role: &Role| if may_grant(Role::BusinessAdmin, at_root, *role) { "x" } else { "." };
            assert_eq!(Role::ALL.iter().map(may).collect::<Vec<_>>().join(" "), row, "{COLUMNS}");
        }
        for granter in Role::ALL.iter().filter(|role| **role != Role::BusinessAdmin) {
            assert!(Role::ALL.iter().all(|role| !may_grant(*granter, true, *role)), "{granter}");
        }
    }

    #[test]
    fn a_refused_grant_says_why() {
        let cases = [
            (Role::Head, false, false, vec![Role::Employee], "ok"),
            (Role::Verifier, true, false, vec![], "role_not_assignable"),
            (Role::SecurityAuditor, false, false, vec![], "grant_above_ceiling"),
            (Role::SecurityAuditor, true, false, vec![], "ok"),
            (Role::Head, true, true, vec![], "grant_to_self"),
            (Role::Head, true, false, vec![Role::Employee, Role::SystemAdmin], "roles_incompatible"),
        ];
        for (role, at_root, to_self, held, expected) in cases {
            let found = check_grant(Role::BusinessAdmin, at_root, role, to_self, &held);
            assert_eq!(found.map_or_else(|refused| refused.code, |()| "ok"), expected, "{role}");
        }
    }
}
