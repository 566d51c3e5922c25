//! Closed lists of the records around the machines: what a row is about, and simple life cycles.

code_enum! {
    /// How an old unit passes into a new one. Never inferred from codes.
    pub enum SuccessionKind ("succession_kind") {
        /// Sáp nhập.
        Merge = "merge",
        /// Chia, tách.
        Split = "split",
        /// Đổi tên.
        Rename = "rename",
        /// Chuyển về đơn vị cấp trên khác.
        Transfer = "transfer",
        /// Giải thể, kết thúc hoạt động.
        Abolish = "abolish",
    }
}

code_enum! {
    /// Where a yearly programme stands.
    pub enum ProgrammeState ("programme_state") {
        /// Dự thảo.
        Draft = "draft",
        /// Đã phê duyệt.
        Approved = "approved",
        /// Đã kết thúc.
        Closed = "closed",
    }
}

code_enum! {
    /// Where a version of a checklist stands. A published one never changes.
    pub enum ChecklistState ("checklist_state") {
        /// Dự thảo.
        Draft = "draft",
        /// Đã ban hành.
        Published = "published",
    }
}

code_enum! {
    /// Where a version of a criteria set stands. A published one never changes.
    pub enum CriteriaSetState ("criteria_set_state") {
        /// Dự thảo.
        Draft = "draft",
        /// Đã ban hành.
        Published = "published",
        /// Hết hiệu lực.
        Retired = "retired",
    }
}

code_enum! {
    /// The papers of an inspection.
    pub enum PaperKind ("paper_kind") {
        /// Biên bản kiểm tra.
        Minutes = "minutes",
        /// Báo cáo kết quả kiểm tra.
        InspectionReport = "inspection_report",
    }
}

code_enum! {
    /// Where a render request stands.
    pub enum ReportState ("report_state") {
        /// Waiting for a worker.
        Queued = "queued",
        /// Ready to be fetched.
        Ready = "ready",
        /// Given up; the error is kept.
        Failed = "failed",
    }
}

code_enum! {
    /// Where a mail stands.
    pub enum MailState ("mail_state") {
        /// Waiting to be handed over.
        Queued = "queued",
        /// The mail server took it.
        Sent = "sent",
        /// The connection was lost after the text was sent: the server may have it.
        MaybeSent = "maybe_sent",
        /// The mail server refuses this address for good.
        Bounced = "bounced",
        /// Given up at the end of the retry ladder.
        Failed = "failed",
        /// Not needed any more when its turn came.
        Dropped = "dropped",
    }
}

code_enum! {
    /// Where a background job stands.
    pub enum JobState ("job_state") {
        /// Waiting for its time.
        Ready = "ready",
        /// Claimed by a worker under a lease.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Given up; an operator must look.
        Dead = "dead",
    }
}

code_enum! {
    /// What a piece of evidence, a due date or an event is about.
    pub enum Subject ("subject") {
        /// A line of an inspection.
        InspectionLine = "inspection_line",
        /// An inspection.
        Inspection = "inspection",
        /// A finding.
        Finding = "finding",
        /// A corrective action.
        CorrectiveAction = "corrective_action",
        /// A step of a corrective action.
        Step = "step",
        /// An extension request.
        Extension = "extension",
        /// A programme.
        Programme = "programme",
        /// A checklist.
        Checklist = "checklist",
        /// A unit.
        Unit = "unit",
        /// A person.
        Person = "person",
        /// A role given to a person.
        Assignment = "assignment",
        /// A sign-in session.
        Session = "session",
        /// An API token.
        Token = "token",
        /// A calendar entry.
        CalendarDay = "calendar_day",
        /// A piece of evidence.
        Evidence = "evidence",
        /// Dossier figures of the one-stop desk.
        DossierReport = "dossier_report",
        /// An official paper.
        Paper = "paper",
        /// A render request.
        Report = "report",
        /// A reminder.
        Reminder = "reminder",
        /// A mail.
        Mail = "mail",
        /// A row of the year's work.
        WorkItem = "work_item",
        /// A satisfaction survey.
        Survey = "survey",
        /// Reference data and settings of the installation.
        Installation = "installation",
        /// A criteria set.
        CriteriaSet = "criteria_set",
        /// A scoring round.
        Round = "round",
        /// The sheet of a unit in a round.
        Sheet = "sheet",
        /// A line of a sheet.
        SheetLine = "sheet_line",
        /// An edition of a published ranking.
        Publication = "publication",
        /// A controlled document.
        Document = "document",
        /// A revision of a controlled document.
        Revision = "revision",
        /// A decision that issues revisions.
        IssueDecision = "issue_decision",
        /// A revision given to a person.
        Distribution = "distribution",
        /// A document from outside.
        ExternalDocument = "external_document",
        /// An administrative procedure of the catalogue.
        AdministrativeProcedure = "administrative_procedure",
        /// A declaration of conformity.
        ConformityDeclaration = "conformity_declaration",
        /// A certificate of conformity.
        ConformityCertificate = "conformity_certificate",
        /// A quality objective.
        QualityObjective = "quality_objective",
        /// A row of the plan of a quality objective.
        ObjectiveStep = "objective_step",
        /// A measured result of a quality objective.
        ObjectiveResult = "objective_result",
        /// A management review.
        ManagementReview = "management_review",
        /// A decision of a management review.
        ReviewDecision = "review_decision",
        /// A decision that changes the TTHC catalogue.
        ProcedureChangeList = "procedure_change_list",
        /// A line of the records list that a unit adds itself.
        KeptRecord = "kept_record",
    }
}

code_enum! {
    /// Which duty a due date belongs to.
    pub enum Duty ("duty") {
        /// The unit answers a finding.
        AnswerFinding = "answer_finding",
        /// The unit files its corrective plan.
        FilePlan = "file_plan",
        /// A step of the plan is done.
        DoStep = "do_step",
        /// The doing is verified.
        Verify = "verify",
        /// The effect is checked.
        CheckEffectiveness = "check_effectiveness",
        /// The unit hands in its own scores of a round.
        SelfScore = "self_score",
        /// The unit explains the lines that the appraisal changed or asked about.
        ExplainScores = "explain_scores",
        /// A document in force is acknowledged.
        AcknowledgeDocument = "acknowledge_document",
        /// A document is reviewed periodically.
        ReviewDocument = "review_document",
        /// Procedures follow a decision on the TTHC catalogue.
        ReviseProcedures = "revise_procedures",
        /// A unit declares its quality system again: the scope has changed.
        RenewDeclaration = "renew_declaration",
        /// A row of the plan of a quality objective is done.
        DoObjectiveStep = "do_objective_step",
        /// A result of a quality objective is recorded.
        RecordResult = "record_result",
        /// A decision of a management review is done.
        DoDecision = "do_decision",
    }
}

code_enum! {
    /// How a session was opened.
    pub enum SessionKind ("session_kind") {
        /// Cookie of the pages.
        Page = "page",
        /// Bearer token of `POST /sessions`.
        Api = "api",
    }
}
