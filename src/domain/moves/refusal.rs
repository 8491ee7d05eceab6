//! Why a step is not possible: one reason, one word for other languages, one sentence in this one.

use std::fmt;

/// Why a step is not possible. The words are for an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The role may not.
    NotYourRole,
    /// Nothing changes a request that is out of the way.
    NotRunning,
    /// It was triaged already.
    AlreadyTriaged,
    /// A person must say what it is first.
    TriageFirst,
    /// There is no item.
    NoItems,
    /// A request needs at least one right.
    NeedsItem,
    /// No right of the policy needs a ground here.
    NoGroundNeeded,
    /// The right needs a ground before it can be granted.
    GroundMissing,
    /// The right is there, or needs no ground, so that none can be missing.
    GroundNotMissing,
    /// The requester is identified already.
    AlreadyIdentified,
    /// Nothing may be given to someone unidentified.
    IdentifyFirst,
    /// Nothing that was asked for may leave to an address that nobody has shown to be the requester's.
    ContactFirst,
    /// The answer tells whether the person is known, and nobody has shown that the address is theirs.
    AnswerTells,
    /// The same of an answer that is handed over, posted or told: nobody has shown who receives it.
    AnswerTellsByHand,
    /// The address is confirmed already.
    ContactConfirmed,
    /// The address changed a short while ago.
    AddressChanged,
    /// So many codes went to the request's address within a day that there is no other.
    TooManyCodes,
    /// The code was for something else.
    CodeForElse,
    /// Something that shows that the requester may ask for another is missing.
    StandingMissing,
    /// Nothing has to be shown by this requester.
    NoEvidenceAsked,
    /// The policy asks for no such piece.
    UnknownEvidence,
    /// The person whose data it is does not know yet that another asks for them.
    SubjectFirst,
    /// The policy does not say that somebody must be told.
    NobodyToTell,
    /// Nobody asked for a document.
    NoDocumentAsked,
    /// There are as many documents as may lie here.
    TooManyDocuments,
    /// A document of more bytes than are taken in.
    DocumentTooLarge,
    /// A document in a format that is not taken in.
    DocumentFormat,
    /// No document lies here.
    NoDocument,
    /// "Not identified" cannot be the reason while it has not been recorded.
    IdentityNotDoubted,
    /// An item is not decided.
    Undecided,
    /// Something waits for a second person.
    ApprovalMissing,
    /// Nothing needs a second person.
    NothingToApprove,
    /// It is approved.
    AlreadyApproved,
    /// The same person cannot prepare and approve, nor assess and sign.
    SamePerson,
    /// What would leave is not what was approved, or not what was looked at.
    LeavingChanged,
    /// The decisions were sent back and have not changed.
    SentBack,
    /// An answer is on its way.
    AnswerOnItsWay,
    /// There is no address to answer to.
    NoAddress,
    /// There is no answer yet.
    NotAnswered,
    /// It reviews a decision in which this person had a part.
    ReviewOfOwn,
    /// Nobody has changed the letter by hand.
    NoDraft,
    /// It has been answered.
    AlreadyAnswered,
    /// The policy promises its term without extension.
    NoExtension,
    /// It has been extended as often as the policy allows.
    ExtensionsUsed,
    /// The time in which an extension may be announced is over.
    ExtensionTooLate,
    /// The term is not extended while it waits.
    ResumeFirst,
    /// The policy has no pause.
    NoPause,
    /// The policy has no such pause.
    UnknownPause,
    /// The term waits for it already.
    AlreadyPaused,
    /// The term waits for nothing.
    NotPaused,
    /// The term has ended and can wait for nothing.
    PauseTooLate,
    /// A wait begins after the receipt, ends after it began, and neither lies in the future.
    ImplausiblePause,
    /// There is no such policy, or no such version of it.
    UnknownPolicy,
    /// The policy applies already.
    PolicyThere,
    /// A target is to come before the deadline.
    TargetTooLate,
    /// A day to come is wanted.
    DayPassed,
    /// A deadline waits for a second person already.
    ProposedAlready,
    /// No deadline waits for a second person.
    NothingProposed,
    /// Who proposes a deadline cannot confirm it.
    OwnProposal,
    /// No policy that applies asks for a confirmation of receipt.
    NoConfirmation,
    /// The receipt was confirmed.
    AlreadyConfirmed,
    /// It is not set aside.
    NotSetAside,
    /// It was merged and goes on elsewhere.
    Merged,
    /// A request cannot be merged into itself or into one that does not run.
    MergeTarget,
    /// A message waits here, and must be confirmed or read before the request goes on elsewhere.
    MessagesFirst,
    /// No message is held.
    NothingHeld,
    /// No message waits to be read.
    NothingUnread,
    /// The message is not held here.
    NotThisMessage,
    /// The request has no such message.
    UnknownMessage,
    /// There is no such item.
    UnknownItem,
    /// The policy has no such right.
    UnknownRight,
    /// The right is asked for already.
    RightThere,
    /// The person acts for someone whom this right does not cover.
    RightExcluded,
    /// The policy has no such ground.
    UnknownGround,
    /// The policy has no such exemption.
    UnknownExemption,
    /// The policy has no such way of acting for another.
    UnknownOnBehalf,
    /// The policy has no such method.
    UnknownMethod,
    /// A milder method was not tried, and nothing says why not.
    MilderFirst,
    /// The data to be named are not chosen.
    NameData,
    /// The company does not hold this datum.
    NotHeldDatum,
    /// No right code came back.
    CodeFirst,
    /// An address alone identifies nobody.
    NothingMatched,
    /// This method needs a reason that the requester sees.
    MethodNeedsReason,
    /// A refusal names an exemption that was not assessed, or was assessed with "no".
    ExemptionNotAssessed,
    /// An exemption that covers a part only cannot refuse the whole.
    OnlyPartly,
    /// A refusal names no exemption.
    NoBasis,
    /// A grave exemption is cited whose assessment no second person has signed.
    SignatureMissing,
    /// No grave assessment waits for a second signature.
    NothingToSign,
    /// What stands covers a part, and nobody has written what can be given all the same.
    StillGivenMissing,
    /// An exemption that stands needs the evidence that the company holds.
    EvidenceMissing,
    /// The reason may lapse, and there is no date on which to look again.
    ReviewMissing,
    /// The date lies in the past.
    DatePast,
    /// No right here is owed on conditions.
    NoConditions,
    /// The right has no such condition.
    UnknownCondition,
    /// The condition on identity is met by the identity decision alone.
    ConditionOfIdentity,
    /// A condition of the right is not settled.
    ConditionOpen,
    /// A condition of the right is not met, and the decision does not name it.
    ConditionNotMet,
    /// A refusal names a condition that was not found to be unmet.
    ConditionNotUnmet,
    /// The right does not yield to any duty to keep data.
    NoRetention,
    /// The policy has no such duty.
    UnknownDuty,
    /// A restriction names no duty, or one that was not found to run.
    RetentionMissing,
    /// A restriction ends on another date than its duties.
    RetentionDate,
    /// A duty to keep data runs, so that it cannot all be deleted.
    RetentionRuns,
    /// No right here makes another one possible.
    NothingOffered,
    /// A receipt cannot lie in the future.
    FutureReceipt,
    /// An answer cannot lie before the receipt or in the future.
    ImplausibleAnswer,
    /// The answer says nothing.
    EmptyAnswer,
    /// No file leaves.
    NothingEnclosed,
    /// Nothing is granted, so there is nothing to hand over.
    NothingGiven,
    /// Something was found in a file, and nobody has answered for it.
    FindingsOpen,
    /// A right that asks for a structured format, and no file in one.
    NotStructured,
    /// There is no such file among the enclosures.
    UnknownEnclosure,
    /// The report on the file has no such finding.
    UnknownFinding,
    /// Nothing with that number is recorded as the requester's own.
    UnknownIdentifier,
    /// The enclosed files were not all looked through again.
    LookAgain,
    /// There is no such package.
    UnknownPackage,
    /// It cannot be fetched any more.
    PackageEnded,
    /// An earlier package is still out.
    PackageOut,
    /// The second factor of whoever takes the step was not checked for it.
    SecondFactorFirst,
    /// A second person is due before the files leave.
    ReleaseApprovalMissing,
    /// No second person is due.
    NoSecondPersonDue,
    /// The register has no such system.
    UnknownSystem,
    /// The request has no such task.
    UnknownTask,
    /// No task needs anybody.
    NoTasks,
    /// The task does not need anybody any more.
    TaskSettled,
    /// The system has this task already.
    TaskThere,
    /// The item is decided, and nothing is granted.
    DecisionGivesNothing,
    /// An owner who cannot says why.
    TaskNeedsNote,
    /// What was not done cannot be repeated.
    TaskNotDone,
    /// A task is still open.
    TasksOpen,
    /// Nothing is in force because of this.
    NothingInForce,
    /// The next look lies in the future.
    RecheckAhead,
    /// Nothing would change.
    NothingChanges,
}

impl Refusal {
    /// A key for the sentence in another language.
    pub fn code(self) -> &'static str {
        self.words().0
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotYourRole => ("not-your-role", "Your role does not allow this step."),
            Self::NotRunning => ("not-running", "This request is no longer open."),
            Self::AlreadyTriaged => (
                "already-triaged",
                "It has been said what this is. Add or take out items instead.",
            ),
            Self::TriageFirst => (
                "triage-first",
                "First say what this is: a request, a complaint, a question, or none of them.",
            ),
            Self::NoItems => ("no-items", "No right is invoked here."),
            Self::NeedsItem => ("needs-item", "A request invokes at least one right. Choose which."),
            Self::NoGroundNeeded => ("no-ground-needed", "No right in this request needs a ground."),
            Self::GroundMissing => (
                "ground-missing",
                "This right needs a ground before it can be granted. Choose one, or refuse it for the missing ground.",
            ),
            Self::GroundNotMissing => (
                "ground-not-missing",
                "This right needs no ground, or has one. Refuse it for another reason.",
            ),
            Self::AlreadyIdentified => ("already-identified", "The requester has been identified."),
            Self::IdentifyFirst => (
                "identify-first",
                "Record who the requester is first: something is granted, and it must not reach an impostor.",
            ),
            Self::ContactFirst => (
                "contact-first",
                "Have the address confirmed first: by a code sent there, or because it is on file for this person.",
            ),
            Self::AnswerTells => (
                "answer-tells",
                "This answer tells whether the person is known here, and nobody has shown that the address is theirs. Send a code to it, record that it is on file for this person, or refuse for want of proof.",
            ),
            Self::AnswerTellsByHand => (
                "answer-tells-by-hand",
                "This answer tells whether the person is known here. Record who the requester is first, or have their address confirmed, or refuse for want of proof.",
            ),
            Self::ContactConfirmed => ("contact-confirmed", "This address is confirmed."),
            Self::AddressChanged => (
                "address-changed",
                "The address was changed a short while ago. Whatever is given waits until both addresses had time to object.",
            ),
            Self::TooManyCodes => (
                "too-many-codes",
                "Ten codes were sent for this request within 24 hours. Wait until there may be another, or record that the address is on file.",
            ),
            Self::CodeForElse => (
                "code-for-else",
                "This code was sent for something else. Send a new one.",
            ),
            Self::StandingMissing => (
                "standing-missing",
                "First record each piece of evidence that the requester may ask for this person.",
            ),
            Self::NoEvidenceAsked => (
                "no-evidence-asked",
                "Somebody who asks in this way has nothing to show for it.",
            ),
            Self::UnknownEvidence => ("unknown-evidence", "This policy asks for no such piece of evidence."),
            Self::SubjectFirst => (
                "subject-first",
                "First tell the person whose data it is that somebody asks for them.",
            ),
            Self::NobodyToTell => (
                "nobody-to-tell",
                "This policy does not ask that somebody else be told of the request.",
            ),
            Self::NoDocumentAsked => ("no-document-asked", "No document was asked for, so none is taken in."),
            Self::TooManyDocuments => (
                "too-many-documents",
                "There are as many documents here as can be. They are looked at first.",
            ),
            Self::DocumentTooLarge => (
                "document-too-large",
                "The file is larger than 10 megabytes. Choose a smaller one.",
            ),
            Self::DocumentFormat => ("document-format", "Choose a picture as JPEG or PNG, or a PDF."),
            Self::NoDocument => ("no-document", "No such document lies here any more."),
            Self::IdentityNotDoubted => (
                "identity-not-doubted",
                "Record first that the requester did not show who they are.",
            ),
            Self::Undecided => ("undecided", "Decide each item first."),
            Self::ApprovalMissing => (
                "approval-missing",
                "A second person must approve this before it leaves.",
            ),
            Self::NothingToApprove => (
                "nothing-to-approve",
                "Nothing is refused or restricted, so nothing needs approval.",
            ),
            Self::AlreadyApproved => ("already-approved", "It has been approved."),
            Self::SamePerson => (
                "same-person",
                "You took part in preparing this. Another person must do this step.",
            ),
            Self::LeavingChanged => (
                "leaving-changed",
                "What would leave is no longer what a second person saw. It must be looked at and approved again.",
            ),
            Self::SentBack => ("sent-back", "The decisions were sent back. Change a decision first."),
            Self::AnswerOnItsWay => (
                "answer-on-its-way",
                "The answer is on its way. Wait until it is delivered or comes back.",
            ),
            Self::NoAddress => (
                "no-address",
                "There is no mail address to answer to. Hand the answer over and record that.",
            ),
            Self::NotAnswered => ("not-answered", "It has not been answered yet."),
            Self::ReviewOfOwn => (
                "review-of-own",
                "This reviews a decision in which that person had a part. Somebody else must handle it.",
            ),
            Self::NoDraft => (
                "no-draft",
                "Nobody has changed the letter by hand. It reads as it is put together.",
            ),
            Self::AlreadyAnswered => ("already-answered", "It has been answered."),
            Self::NoExtension => ("no-extension", "This policy promises its term without extension."),
            Self::ExtensionsUsed => ("extensions-used", "It has been extended as often as the policy allows."),
            Self::ExtensionTooLate => (
                "extension-too-late",
                "An extension must be announced before the first term ends. That time is over.",
            ),
            Self::ResumeFirst => (
                "resume-first",
                "The term waits for something. Record first that it came; then extend the term.",
            ),
            Self::NoPause => (
                "no-pause",
                "This policy has no pause: the time in which you ask, wait or check identity counts. Answer within the term.",
            ),
            Self::UnknownPause => ("unknown-pause", "This policy has no such pause."),
            Self::AlreadyPaused => ("already-paused", "The term waits for this already."),
            Self::NotPaused => ("not-paused", "The term does not wait for this."),
            Self::PauseTooLate => (
                "pause-too-late",
                "The term has ended, so it can wait no more. A second person can confirm another deadline.",
            ),
            Self::ImplausiblePause => (
                "implausible-pause",
                "A wait begins after the receipt and ends after it began, and neither lies in the future. Correct the time.",
            ),
            Self::UnknownPolicy => ("unknown-policy", "There is no such policy here."),
            Self::PolicyThere => ("policy-there", "This policy applies already."),
            Self::TargetTooLate => (
                "target-too-late",
                "The day you set yourselves cannot be later than the deadline.",
            ),
            Self::DayPassed => ("day-passed", "This day has passed. Choose one that is still to come."),
            Self::ProposedAlready => (
                "proposed-already",
                "Another deadline waits for a second person already. It has to be confirmed or declined first.",
            ),
            Self::NothingProposed => ("nothing-proposed", "No other deadline was proposed."),
            Self::OwnProposal => (
                "own-proposal",
                "You proposed this deadline. Another person must confirm it.",
            ),
            Self::NoConfirmation => (
                "no-confirmation",
                "No policy that applies here sets a limit to confirm the receipt.",
            ),
            Self::AlreadyConfirmed => ("already-confirmed", "The receipt has been confirmed."),
            Self::NotSetAside => ("not-set-aside", "It is not set aside or withdrawn."),
            Self::Merged => ("merged", "It was merged and goes on under another reference."),
            Self::MergeTarget => ("merge-target", "Merge it into another request that is still open."),
            Self::MessagesFirst => (
                "messages-first",
                "First read or confirm the messages that wait here: what they add goes along with the merge.",
            ),
            Self::NothingHeld => ("nothing-held", "No message waits to be confirmed."),
            Self::NothingUnread => ("nothing-unread", "No message waits to be read."),
            Self::NotThisMessage => ("not-this-message", "This message is not waiting here."),
            Self::UnknownMessage => ("unknown-message", "This request has no such message."),
            Self::UnknownItem => (
                "unknown-item",
                "There is no such item. Reload the page: someone may have taken it out.",
            ),
            Self::UnknownRight => ("unknown-right", "This policy has no such right."),
            Self::RightThere => ("right-there", "This right is asked for already."),
            Self::RightExcluded => ("right-excluded", "Someone acting in this way cannot invoke this right."),
            Self::UnknownGround => ("unknown-ground", "This policy has no such ground."),
            Self::UnknownExemption => ("unknown-exemption", "This policy has no such exemption."),
            Self::UnknownOnBehalf => (
                "unknown-on-behalf",
                "This policy knows no such way of acting for another person.",
            ),
            Self::UnknownMethod => ("unknown-method", "This policy has no such way to identify someone."),
            Self::MethodNeedsReason => (
                "method-needs-reason",
                "This way of identifying asks for much. Write the reason; the requester will see it.",
            ),
            Self::MilderFirst => (
                "milder-first",
                "A milder way has not been tried. Try that one, or write why it would not do; the requester will see it.",
            ),
            Self::NameData => (
                "name-data",
                "Choose what the requester is asked to name, out of what the company holds of them.",
            ),
            Self::NotHeldDatum => (
                "not-held-datum",
                "The company does not hold this, so there is nothing to compare it with. Ask only for what is held; anything else would be collected without need.",
            ),
            Self::CodeFirst => (
                "code-first",
                "No right code has come back from this address yet. Send one first.",
            ),
            Self::NothingMatched => (
                "nothing-matched",
                "An address proves no person. Say what else agreed with the data held.",
            ),
            Self::ExemptionNotAssessed => (
                "exemption-not-assessed",
                "Assess the exemption for this item first, with yes or partly.",
            ),
            Self::OnlyPartly => (
                "only-partly",
                "What stands covers a part only. Grant the rest, or assess it anew for the whole.",
            ),
            Self::NoBasis => (
                "no-basis",
                "A refusal names at least one exemption or the missing ground.",
            ),
            Self::SignatureMissing => (
                "signature-missing",
                "This exemption is grave. A second person must sign its assessment before a decision may rest on it.",
            ),
            Self::NothingToSign => (
                "nothing-to-sign",
                "No assessment of a grave exemption waits for a signature.",
            ),
            Self::StillGivenMissing => (
                "still-given-missing",
                "It covers a part only. Write what can be given all the same.",
            ),
            Self::EvidenceMissing => (
                "evidence-missing",
                "Write which evidence the company holds. The proof is never the requester's.",
            ),
            Self::ReviewMissing => (
                "review-missing",
                "This reason may lapse. Give a date on which to look again.",
            ),
            Self::DatePast => ("date-past", "The date must lie in the future. Correct it."),
            Self::NoConditions => ("no-conditions", "No right in this request is owed on conditions."),
            Self::UnknownCondition => ("unknown-condition", "This right has no such condition."),
            Self::ConditionOfIdentity => (
                "condition-of-identity",
                "This condition follows the identity decision. Record there whether the requester showed who they are.",
            ),
            Self::ConditionOpen => (
                "condition-open",
                "This right is owed on conditions. First record for each of them whether it is met.",
            ),
            Self::ConditionNotMet => (
                "condition-not-met",
                "A condition of this right is not met. Grant a part or refuse, and name each condition that is not met.",
            ),
            Self::ConditionNotUnmet => (
                "condition-not-unmet",
                "A refusal can rest on a condition only when it was recorded as not met.",
            ),
            Self::NoRetention => (
                "no-retention",
                "No right in this request yields to a duty to keep data.",
            ),
            Self::UnknownDuty => ("unknown-duty", "This policy has no such duty to keep data."),
            Self::RetentionMissing => (
                "retention-missing",
                "Record first which duty to keep data runs, and until when.",
            ),
            Self::RetentionDate => (
                "retention-date",
                "The restriction lasts until the last of its duties ends. Use that date.",
            ),
            Self::RetentionRuns => (
                "retention-runs",
                "A duty to keep data runs, so not all can be deleted. Restrict it until the end of the duty.",
            ),
            Self::NothingOffered => ("nothing-offered", "No right in this request makes that one possible."),
            Self::FutureReceipt => (
                "future-receipt",
                "It cannot have been received in the future. Correct the date.",
            ),
            Self::ImplausibleAnswer => (
                "implausible-answer",
                "The answer cannot lie before the receipt or in the future. Correct the date.",
            ),
            Self::EmptyAnswer => ("empty-answer", "Write the answer in your own words first."),
            Self::NothingEnclosed => ("nothing-enclosed", "Add the files that are handed over first."),
            Self::NothingGiven => (
                "nothing-given",
                "Nothing is granted here, so nothing can be handed over.",
            ),
            Self::FindingsOpen => (
                "findings-open",
                "Something was found in the files. Redact the file, take it out, or let the finding stand with a reason.",
            ),
            Self::NotStructured => (
                "not-structured",
                "A right granted here is owed in a structured format. Add a CSV, JSON or XML file.",
            ),
            Self::UnknownEnclosure => ("unknown-enclosure", "There is no such file here. Reload the page."),
            Self::UnknownIdentifier => (
                "unknown-identifier",
                "Nothing with that number is recorded as the requester's own. Reload the page.",
            ),
            Self::LookAgain => (
                "look-again",
                "The files changed meanwhile, and have to be looked through again. Reload the page.",
            ),
            Self::UnknownFinding => (
                "unknown-finding",
                "The report on this file has no such finding. Reload the page.",
            ),
            Self::UnknownPackage => ("unknown-package", "There is no such package."),
            Self::PackageEnded => ("package-ended", "This package can no longer be fetched."),
            Self::PackageOut => (
                "package-out",
                "An earlier package can still be fetched. Take it back before another one leaves.",
            ),
            Self::SecondFactorFirst => (
                "second-factor-first",
                "This needs a code of your second factor. Take the step on the request's own page, and give a code there.",
            ),
            Self::ReleaseApprovalMissing => (
                "release-approval-missing",
                "A second person must let these files go before they leave.",
            ),
            Self::NoSecondPersonDue => (
                "no-second-person-due",
                "Nothing here is of high risk, so no second person is due.",
            ),
            Self::UnknownSystem => ("unknown-system", "The register has no such system."),
            Self::UnknownTask => ("unknown-task", "This request has no such task."),
            Self::NoTasks => ("no-tasks", "No task waits for anybody."),
            Self::TaskSettled => ("task-settled", "This task is settled, or was taken out."),
            Self::TaskThere => ("task-there", "The system has this task already."),
            Self::DecisionGivesNothing => (
                "decision-gives-nothing",
                "Nothing is granted here, so there is nothing for a system to do.",
            ),
            Self::TaskNeedsNote => ("task-needs-note", "Write down why it cannot be done."),
            Self::TaskNotDone => ("task-not-done", "This was not done there, so it cannot be done again."),
            Self::TasksOpen => (
                "tasks-open",
                "A task is still open. Wait for its owner, or write down why the request can be closed all the same.",
            ),
            Self::NothingInForce => ("nothing-in-force", "Nothing is in force because of this request."),
            Self::RecheckAhead => ("recheck-ahead", "Choose a later day for the next look."),
            Self::NothingChanges => ("nothing-changes", "That is how it stands already."),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

impl std::error::Error for Refusal {}
