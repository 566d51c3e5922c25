//! Typed ids: UUIDv7 newtypes, so that a finding's id cannot be passed for a unit's.

/// Declares UUID newtypes.
macro_rules! typed_id {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::NewType))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self { Self(id) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }

        #[cfg(feature = "orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+ };
}

typed_id! {
    /// A version of a criteria set.
    CriteriaSetId,
    /// A result of an index published elsewhere.
    IndexResultId,
    /// A scoring round.
    RoundId,
    /// The sheet of one unit in one round.
    SheetId,
    /// A line of a sheet.
    SheetLineId,
    /// One value of one layer on a line.
    ScoreEntryId,
    /// An edition of a published ranking.
    PublicationId,
    /// A deduction that a finding proposes on a line.
    DeductionId,
    /// A unit of administration in one span of validity.
    UnitId,
    /// A natural person. Separation of duties is decided on persons, not accounts.
    PersonId,
    /// A login of a person.
    AccountId,
    /// A role given to a person at a unit for a span of time.
    AssignmentId,
    /// A person's belonging to a unit for a span of time.
    MembershipId,
    /// A signed-in session.
    SessionId,
    /// A named API token.
    TokenId,
    /// A versioned checklist template.
    ChecklistId,
    /// A line of a checklist template.
    ChecklistLineId,
    /// A yearly programme of inspections.
    ProgrammeId,
    /// One visit or audit of one unit.
    InspectionId,
    /// A line of an inspection's own snapshot of its checklist.
    LineId,
    /// One append-only answer operation on a line.
    AnswerId,
    /// A finding.
    FindingId,
    /// A corrective action.
    CorrectiveActionId,
    /// One step of a corrective action.
    StepId,
    /// A request to move a due date.
    ExtensionId,
    /// A piece of evidence attached to a record.
    EvidenceId,
    /// A resumable upload in progress.
    UploadId,
    /// An official paper of an inspection (minutes, report).
    PaperId,
    /// A render request and its result.
    ReportId,
    /// An entry of the audit trail.
    EventId,
    /// A background job.
    JobId,
    /// A mail, planned, waiting or sent.
    MailId,
    /// A planned reminder.
    ReminderId,
    /// A calendar entry.
    CalendarDayId,
    /// A link from an old unit to its successor.
    SuccessionId,
    /// An edition of a standard.
    StandardId,
    /// A unit's word on the edition it works by.
    StandardUseId,
    /// A kept due date of a record.
    DueDateId,
    /// A row of the year's work.
    WorkItemId,
    /// A satisfaction survey.
    SurveyId,
    /// An entry of forms of a survey.
    SurveyFormId,
    /// The dossier figures of a unit, period, field and source.
    DossierReportId,
    /// A controlled document.
    DocumentId,
    /// A revision of a controlled document.
    RevisionId,
    /// A step of a revision's approval route.
    RouteStepId,
    /// A word said on a step of a route.
    RouteWordId,
    /// A rule of a revision's audience.
    AudienceId,
    /// A decision that issues revisions.
    IssueDecisionId,
    /// A revision given to a person.
    DistributionId,
    /// A fact about a person and a revision.
    ReceiptId,
    /// A periodic review of a document.
    DocumentReviewId,
    /// A link of a document.
    DocumentLinkId,
    /// A document from outside: law, decree, decision.
    ExternalDocumentId,
    /// An administrative procedure (TTHC) of the catalogue.
    AdministrativeProcedureId,
    /// A declaration of conformity.
    ConformityDeclarationId,
    /// A procedure in the scope of a declaration of conformity, or left out of it.
    ConformityLineId,
    /// A dated fact about a declaration of conformity.
    ConformityFactId,
    /// A rendered paper of a declaration of conformity.
    ConformityPaperId,
    /// A certificate of conformity bought elsewhere.
    ConformityCertificateId,
    /// A quality objective of a unit and year.
    QualityObjectiveId,
    /// A row of the plan of a quality objective.
    ObjectiveStepId,
    /// A measured result of a quality objective.
    ObjectiveResultId,
    /// A management review.
    ManagementReviewId,
    /// An input of a management review.
    ReviewInputId,
    /// A decision of a management review.
    ReviewDecisionId,
    /// A render request for the minutes of a management review.
    ReviewPaperId,
    /// A decision that changes the TTHC catalogue.
    ProcedureChangeListId,
    /// One change of such a decision.
    ProcedureChangeId,
    /// A line of the records list that a unit adds itself.
    KeptRecordId,
}
