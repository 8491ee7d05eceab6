//! Who asks is found out by the least that is enough, answers go to a proven address, and what was shown for it is destroyed.

use actix_web::http::StatusCode;
use actix_web::test::init_service;
use chrono::{DateTime, TimeDelta, Utc};
use habeas::domain::challenge::{Challenge, LASTS, Purpose, RightCode, TRIES};
use habeas::domain::command::Command;
use habeas::domain::decide::decide;
use habeas::domain::document::{self, Shows};
use habeas::domain::event::{By, CaseKind, Channel, Event, Opening, Recorded, Triage};
use habeas::domain::identity::{Change, Confirmation, proposed, release_hold};
use habeas::domain::moves::{Move, Refusal, may};
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{DatumId, IdentityMethod, OnBehalfId, Policy, RightId, Way};
use habeas::domain::request::{Identity, Request, Stage};
use habeas::domain::standing::Sight;
use habeas::domain::text::{FileRef, TextRef};
use habeas::jobs::documents::destroy_overdue;
use habeas::store::documents::{self, Upload};
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::requests::{self, Stored};
use habeas::store::second_factor::{self, Fresh};
use habeas::store::{StoreError, files, outbox, sessions};
use habeas::web::app;
use proptest::prelude::*;

use super::web::{get, hire, post, send, visit};
use crate::harness::house::{Story, mail};
use crate::harness::rulebook::{DEFAULT, ONE_MONTH, Regime};

const MEI: Actor = Actor::Person {
    id: PersonId(1),
    role: Role::Officer,
};
const LI_NA: &str = "Li Na <li.na@meadow.example>";
const ASK: &str = "Please send me a copy of all personal data you hold about me.";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and a picture";

fn text(id: i64) -> TextRef {
    TextRef {
        id,
        commitment: format!("{id:064x}"),
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

/// A request as the rules alone see it.
struct Case {
    regime: &'static Regime,
    request: Request,
    now: DateTime<Utc>,
}

impl Case {
    fn of(regime: &'static Regime, on_behalf: &str) -> Self {
        let rules = regime.rules();
        let received_at = instant("2026-03-02T10:00:00+08:00");
        let right = regime.policy().rights.iter().find(|right| !right.needs_ground).unwrap();
        let opening = Opening {
            reference: "DSR-2026-000001".into(),
            policy: regime.policy().id.clone(),
            policy_version: regime.policy().version.clone(),
            channel: Channel::Mail,
            received_at,
            message: Some(1),
            language: "en".into(),
            kind: CaseKind::Request,
            triage: Triage::Clear,
            on_behalf: OnBehalfId::new(on_behalf),
            items: vec![rules.new_item(right.id.clone(), received_at, Some(1))],
            deadline: rules.deadline(received_at, 0),
            hints: vec![],
            card: text(1),
            review_of: None,
        };
        Self {
            regime,
            request: Request::opened(&opening, received_at),
            now: received_at,
        }
    }

    fn policy(&self) -> &'static Policy {
        self.regime.policy()
    }

    fn tries(&mut self, actor: Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        let events = decide(&self.request, command, self.regime.rules(), actor, self.now)?;
        for event in &events {
            let recorded = Recorded {
                at: self.now,
                by: By::from(actor),
                event: event.clone(),
            };
            self.request = self.request.clone().evolve(&recorded);
        }
        Ok(events)
    }

    #[track_caller]
    fn does(&mut self, command: &Command) -> Vec<Event> {
        self.tries(MEI, command)
            .unwrap_or_else(|refusal| panic!("{command:?} was refused: {refusal}"))
    }

    fn method(&self, way: Way) -> &'static IdentityMethod {
        let mut methods = self.policy().identity.iter();
        methods.find(|method| method.way == way).unwrap()
    }

    fn confirm_known_correspondent(&mut self) {
        let command = confirm(
            self.method(Way::KnownCorrespondent),
            &[self.policy().held_data[0].id.clone()],
        );
        self.does(&command);
    }
}

fn ask(method: &IdentityMethod, data: &[DatumId], reason: Option<TextRef>) -> Command {
    Command::AskIdentity {
        method: method.id.clone(),
        data: data.to_vec(),
        reason,
        letter: None,
    }
}

fn confirm(method: &IdentityMethod, matched: &[DatumId]) -> Command {
    Command::ConfirmIdentity {
        method: method.id.clone(),
        matched: matched.to_vec(),
        note: text(5),
    }
}

/// A code that was sent for something and came back right.
fn right_code(purpose: Purpose, now: DateTime<Utc>) -> RightCode {
    let challenge = Challenge {
        id: 9,
        purpose,
        issued_at: now,
        tries: 1,
        used: false,
        digest: [7; 32],
    };
    challenge.answered(&[7; 32], now).unwrap()
}

fn by_code(purpose: Purpose, now: DateTime<Utc>) -> Command {
    Command::ConfirmContact {
        confirmation: Confirmation::Code(right_code(purpose, now)),
    }
}

fn move_address() -> Command {
    Command::ChangeContact {
        card: text(2),
        change: Change::Replaced,
        reason: text(3),
        told: vec![1, 2],
    }
}

#[test]
fn the_ladder_is_climbed_from_the_least_intrusive_or_with_a_reason() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let policy = case.policy();
    let data = [policy.held_data[0].id.clone()];
    let ladder = policy.ladder();
    assert!(ladder.windows(2).all(|pair| pair[0].intrusive < pair[1].intrusive));
    for (rung, method) in ladder.iter().enumerate() {
        assert_eq!(proposed(&case.request, policy).unwrap().id, method.id, "proposed next");
        for higher in &ladder[rung + 1..] {
            let wanted = if higher.way == Way::Document || higher.needs_reason {
                Refusal::MethodNeedsReason
            } else {
                Refusal::MilderFirst
            };
            assert_eq!(case.tries(MEI, &ask(higher, &data, None)), Err(wanted), "{}", higher.id);
        }
        let reason = method.needs_reason.then(|| text(4));
        case.does(&ask(method, &data, reason));
    }
    let mut hasty = Case::of(&DEFAULT, OnBehalfId::NONE);
    for method in &ladder {
        hasty.does(&ask(method, &data, Some(text(4))));
    }
}

#[test]
fn nothing_is_asked_for_that_the_company_does_not_hold() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let questions = case.method(Way::Questions);
    let stranger = DatumId::new("mother's maiden name");
    assert_eq!(
        case.tries(MEI, &ask(questions, &[], Some(text(4)))),
        Err(Refusal::NameData)
    );
    assert_eq!(
        case.tries(MEI, &ask(questions, std::slice::from_ref(&stranger), Some(text(4)))),
        Err(Refusal::NotHeldDatum)
    );
    assert_eq!(
        case.tries(MEI, &confirm(questions, &[stranger])),
        Err(Refusal::NotHeldDatum),
        "what is not held cannot have agreed"
    );
}

#[test]
fn an_address_proves_no_person() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let data = [case.policy().held_data[0].id.clone()];
    for way in [Way::KnownCorrespondent, Way::Questions] {
        let method = case.method(way);
        assert_eq!(case.tries(MEI, &confirm(method, &[])), Err(Refusal::NothingMatched));
    }
    let code = case.method(Way::Code);
    assert_eq!(case.tries(MEI, &confirm(code, &data)), Err(Refusal::CodeFirst));
    let now = case.now;
    case.tries(Actor::Requester, &by_code(Purpose::ConfirmAddress, now))
        .unwrap();
    assert!(
        matches!(case.request.identity, Identity::Open),
        "the code alone decides nothing"
    );
    assert_eq!(case.tries(MEI, &confirm(code, &[])), Err(Refusal::NothingMatched));
    case.does(&confirm(code, &data));
    assert!(matches!(
        case.request.identity,
        Identity::Confirmed {
            by: Some(PersonId(1)),
            ..
        }
    ));
}

#[test]
fn a_code_for_something_else_confirms_no_address_and_nobody_but_a_person_says_it_is_on_file() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let now = case.now;
    for purpose in [Purpose::SignIn, Purpose::Download] {
        assert_eq!(
            case.tries(Actor::Requester, &by_code(purpose, now)),
            Err(Refusal::CodeForElse)
        );
    }
    let on_file = Command::ConfirmContact {
        confirmation: Confirmation::OnFile { note: text(4) },
    };
    for actor in [Actor::Requester, Actor::Mail, Actor::Clock, Actor::Post] {
        assert_eq!(case.tries(actor, &on_file), Err(Refusal::NotYourRole));
    }
    assert!(!case.request.has_confirmed_contact());
    case.does(&on_file);
    assert!(case.request.has_confirmed_contact());
}

#[test]
fn a_changed_address_takes_the_proof_with_it_and_holds_what_is_given_for_72_hours() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        let mut case = Case::of(regime, OnBehalfId::NONE);
        let policy = case.policy();
        assert_eq!(
            release_hold(&case.request, policy, case.now),
            Err(Refusal::IdentifyFirst)
        );
        case.confirm_known_correspondent();
        assert_eq!(release_hold(&case.request, policy, case.now), Ok(()));
        case.does(&move_address());
        assert!(matches!(case.request.identity, Identity::Open));
        assert_eq!(
            release_hold(&case.request, policy, case.now),
            Err(Refusal::IdentifyFirst)
        );
        case.confirm_known_correspondent();
        let changed_at = case.now;
        for (after, wanted) in [
            (TimeDelta::zero(), Err(Refusal::AddressChanged)),
            (
                TimeDelta::hours(72) - TimeDelta::seconds(1),
                Err(Refusal::AddressChanged),
            ),
            (TimeDelta::hours(72), Ok(())),
        ] {
            assert_eq!(release_hold(&case.request, policy, changed_at + after), wanted);
        }
    }
}

#[test]
fn an_answer_that_gives_something_goes_only_to_a_confirmed_address() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let call = case
        .policy()
        .identity
        .iter()
        .find(|method| method.way == Way::Other)
        .unwrap();
    case.does(&confirm(call, &[]));
    case.does(&Command::Decide {
        item: 1,
        decision: habeas::domain::item::Decision::Granted { given: Some(text(6)) },
    });
    let policy = case.policy();
    assert_eq!(may(&case.request, Move::Answer, MEI, policy), Err(Refusal::AnswerTells));
    let now = case.now;
    case.does(&by_code(Purpose::ConfirmAddress, now));
    assert_ne!(may(&case.request, Move::Answer, MEI, policy), Err(Refusal::AnswerTells));
}

#[test]
fn something_is_given_to_one_who_asks_for_another_only_when_each_piece_was_seen() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        for rule in regime.policy().on_behalf.iter().filter(|rule| !rule.id.is_self()) {
            let mut case = Case::of(regime, rule.id.as_str());
            let policy = case.policy();
            case.confirm_known_correspondent();
            let pieces = u32::try_from(rule.evidence.len()).unwrap();
            let see = |piece| Command::RecordEvidence {
                piece,
                sight: Sight::Photocopy,
                note: text(4),
            };
            for outside in [0, pieces + 1] {
                let refused = case.tries(MEI, &see(outside));
                assert!(matches!(
                    refused,
                    Err(Refusal::UnknownEvidence | Refusal::NoEvidenceAsked)
                ));
            }
            for piece in 1..=pieces {
                assert_eq!(
                    release_hold(&case.request, policy, case.now),
                    Err(Refusal::StandingMissing),
                    "{} without piece {piece}",
                    rule.id
                );
                case.does(&see(piece));
            }
            if rule.inform_subject {
                assert_eq!(
                    release_hold(&case.request, policy, case.now),
                    Err(Refusal::SubjectFirst)
                );
                case.does(&Command::TellSubject {
                    letter: None,
                    note: text(4),
                });
            }
            assert_eq!(release_hold(&case.request, policy, case.now), Ok(()), "{}", rule.id);
            if pieces > 0 {
                case.does(&Command::RetractEvidence {
                    piece: 1,
                    reason: text(4),
                });
                assert_eq!(
                    release_hold(&case.request, policy, case.now),
                    Err(Refusal::StandingMissing)
                );
            }
        }
    }
}

#[test]
fn what_was_shown_for_one_standing_says_nothing_of_another_and_excluded_rights_stay_excluded() {
    let policy = DEFAULT.policy();
    let closed = policy.on_behalf.iter().find(|rule| !rule.excludes.is_empty()).unwrap();
    let mut case = Case::of(&DEFAULT, "guardian");
    case.does(&Command::RecordEvidence {
        piece: 1,
        sight: Sight::Original,
        note: text(4),
    });
    let act_for = |whom: &OnBehalfId| Command::ActFor {
        on_behalf: whom.clone(),
        reason: text(4),
    };
    case.does(&act_for(&closed.id));
    assert!(case.request.evidence.is_empty());
    let excluded = Command::AddItem {
        right: closed.excludes[0].clone(),
        received_at: case.now,
        message: None,
    };
    assert_eq!(case.tries(MEI, &excluded), Err(Refusal::RightExcluded));
    case.does(&act_for(&OnBehalfId::new(OnBehalfId::NONE)));
    case.does(&excluded);
    assert_eq!(case.tries(MEI, &act_for(&closed.id)), Err(Refusal::RightExcluded));
}

#[test]
fn a_document_is_taken_in_only_when_asked_for_and_goes_with_the_decision() {
    let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
    let file = FileRef {
        id: 3,
        commitment: String::new(),
    };
    let upload = Command::ReceiveDocument {
        file: file.clone(),
        shows: Shows::Identity,
    };
    assert_eq!(case.tries(Actor::Requester, &upload), Err(Refusal::NoDocumentAsked));
    case.does(&ask(case.method(Way::Document), &[], Some(text(4))));
    case.tries(Actor::Requester, &upload).unwrap();
    assert_eq!(
        case.tries(MEI, &Command::ViewDocument { file: 4 }),
        Err(Refusal::NoDocument)
    );
    case.does(&Command::ViewDocument { file: 3 });
    let events = case.does(&confirm(case.method(Way::Document), &[]));
    let destroyed = |event: &Event| matches!(event, Event::DocumentDestroyed { file: gone, .. } if *gone == file);
    assert!(events.iter().any(destroyed));
    assert!(case.request.documents.is_empty());
    assert_eq!(case.tries(Actor::Requester, &upload), Err(Refusal::NoDocumentAsked));
}

#[test]
fn a_document_goes_when_its_request_ends_and_after_seven_days() {
    let asked = || {
        let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
        case.does(&ask(case.method(Way::Document), &[], Some(text(4))));
        let upload = Command::ReceiveDocument {
            file: FileRef {
                id: 3,
                commitment: String::new(),
            },
            shows: Shows::Identity,
        };
        case.tries(Actor::Requester, &upload).unwrap();
        case
    };
    for end in [
        Command::DoubtIdentity { reason: text(4) },
        Command::Withdraw { reason: text(4) },
        Command::SetAside { reason: text(4) },
    ] {
        let mut case = asked();
        case.does(&end);
        assert!(case.request.documents.is_empty(), "{end:?}");
    }
    let mut case = asked();
    case.now += document::LASTS - TimeDelta::seconds(1);
    case.tries(Actor::Clock, &Command::DestroyDocuments).unwrap();
    assert_eq!(case.request.documents.len(), 1);
    case.now += TimeDelta::seconds(1);
    case.tries(Actor::Clock, &Command::DestroyDocuments).unwrap();
    assert!(case.request.documents.is_empty());
}

/// What somebody may try in the property below.
#[derive(Debug, Clone, Copy)]
enum Try {
    /// A new code is sent for a purpose.
    Send(usize),
    /// The code that was sent last, or another.
    Type { right: bool },
    /// An older code.
    TypeOld,
    /// The address is replaced.
    MoveAddress,
    /// Some minutes go by.
    Wait(i64),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = prop_oneof![
        (0..3_usize).prop_map(Try::Send),
        any::<bool>().prop_map(|right| Try::Type { right }),
        Just(Try::TypeOld),
        Just(Try::MoveAddress),
        (1..12_i64).prop_map(Try::Wait),
    ];
    prop::collection::vec(one, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// The codes are kept as the store keeps them, counted before they are compared; an own book says which code counts.
    #[test]
    fn no_sequence_confirms_an_address_without_a_right_code_in_time_unused_and_within_five_tries(all in tries()) {
        let mut case = Case::of(&DEFAULT, OnBehalfId::NONE);
        let mut codes: Vec<(Challenge, TextRef)> = Vec::new();
        for one in all {
            let was_confirmed = case.request.has_confirmed_contact();
            let mut may_confirm = false;
            match one {
                Try::Send(purpose) => codes.push((Challenge {
                    id: i64::try_from(codes.len()).unwrap(),
                    purpose: Purpose::ALL[purpose],
                    issued_at: case.now,
                    tries: 0,
                    used: false,
                    digest: [u8::try_from(codes.len()).unwrap(); 32],
                }, case.request.card.clone())),
                Try::Wait(minutes) => case.now += TimeDelta::minutes(minutes),
                Try::MoveAddress => drop(case.tries(MEI, &move_address())),
                Try::Type { .. } | Try::TypeOld => {
                    let newest = codes.len().checked_sub(1);
                    let typed = match one {
                        Try::TypeOld => newest.and_then(|newest| newest.checked_sub(1)),
                        Try::Type { right: true } => newest,
                        _ => None,
                    };
                    let (Some(newest), now) = (newest, case.now) else { continue };
                    let (challenge, card) = &mut codes[newest];
                    let digest = typed.map_or([255; 32], |typed| [u8::try_from(typed).unwrap(); 32]);
                    // The store finds no code for an address that is no longer the request's.
                    if *card != case.request.card { continue }
                    challenge.tries += 1;
                    may_confirm = typed == Some(newest) && !challenge.used && challenge.tries <= TRIES
                        && now - challenge.issued_at < LASTS && challenge.purpose == Purpose::ConfirmAddress;
                    if let Some(right) = challenge.answered(&digest, now) {
                        challenge.used = true;
                        let confirmation = Confirmation::Code(right);
                        drop(case.tries(Actor::Requester, &Command::ConfirmContact { confirmation }));
                    }
                }
            }
            let is_confirmed = case.request.has_confirmed_contact();
            prop_assert!(was_confirmed || !is_confirmed || may_confirm, "{:?} confirmed the address", one);
            if matches!(one, Try::MoveAddress) && was_confirmed {
                prop_assert!(!is_confirmed || case.request.contact_changed_at.is_none());
            }
        }
    }
}

fn house() -> Story {
    Story::at("2026-03-02T09:00:00+08:00")
}

fn take(
    story: &Story,
    stored: &Stored,
    actor: Actor,
    command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
) -> Result<Stored, StepError> {
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor,
        now: story.now(),
    };
    story
        .house
        .store
        .write(|tx| door.step(tx, stored.id, Seen::Whatever, command))
}

/// The request that a mail opened, said to be for a copy where recognition leaves that to a person.
fn opened(story: &Story) -> Stored {
    let stored = story.opens(mail(LI_NA, "My data", ASK));
    if stored.request.stage != Stage::Triage {
        return stored;
    }
    let command = Command::Triage {
        kind: CaseKind::Request,
        rights: vec![RightId::new("copy")],
        on_behalf: OnBehalfId::new(OnBehalfId::NONE),
        language: "en".into(),
    };
    take(story, &stored, MEI, |_| Ok(command)).unwrap()
}

/// A check of somebody's second factor in a session of theirs, and when it was.
fn fresh_of(story: &Story, actor: Actor) -> (Fresh, DateTime<Utc>) {
    let (checked, now) = (story.checked(actor), story.now());
    let fresh = story.house.store.write::<_, StoreError>(|tx| {
        let token = sessions::start(tx, checked.person(), now)?;
        second_factor::note_in_session(tx, &token, &checked, now)?;
        second_factor::fresh(tx, &token, now)
    });
    (fresh.unwrap().unwrap(), now)
}

fn names(story: &Story, stored: &Stored) -> Vec<&'static str> {
    let history = story.house.store.read(|db| requests::history(db, stored.id)).unwrap();
    history.iter().map(|recorded| recorded.event.name()).collect()
}

fn occasions(story: &Story, stored: &Stored) -> Vec<String> {
    let letters = story.house.store.read(|db| outbox::of_request(db, stored.id)).unwrap();
    letters.into_iter().map(|letter| letter.occasion).collect()
}

fn method_of(story: &Story, way: Way) -> String {
    let pack = story.house.pack().unwrap();
    let mut methods = pack.pack.policy.identity.iter();
    methods.find(|method| method.way == way).unwrap().id.to_string()
}

#[test]
fn a_document_lies_under_its_own_key_each_look_is_an_event_and_it_is_gone_after_seven_days() {
    let story = house();
    let stored = opened(&story);
    let upload = Upload {
        name: "passport.png",
        bytes: PNG,
        shows: Shows::Identity,
    };
    let store = &story.house.store;
    let receive = |bytes: &'static [u8]| {
        let shelf = story.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now: story.now(),
        };
        store.write(|tx| documents::receive(tx, &door, stored.id, &Upload { bytes, ..upload }))
    };
    assert!(matches!(
        receive(PNG),
        Err(StepError::Refused(Refusal::NoDocumentAsked))
    ));
    let method = method_of(&story, Way::Document);
    take(&story, &stored, MEI, |desk| {
        Ok(Command::AskIdentity {
            method: habeas::domain::policy::MethodId::new(&method),
            data: vec![],
            reason: Some(desk.keep("reason", "Two people of this name write from this address.")?),
            letter: None,
        })
    })
    .unwrap();
    assert!(matches!(
        receive(b"<svg/>"),
        Err(StepError::Refused(Refusal::DocumentFormat))
    ));
    let file = receive(PNG).unwrap().request.documents[0].file.id;
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: MEI,
        now: story.now(),
    };
    let (fresh, checked) = fresh_of(&story, MEI);
    let (kept, bytes) = store
        .write(|tx| documents::view(tx, &door, stored.id, file, &fresh))
        .unwrap();
    assert_eq!((kept.name.as_deref(), bytes.as_slice()), (Some("passport.png"), PNG));
    let auditor = Door {
        actor: Actor::Person {
            id: PersonId(9),
            role: Role::Auditor,
        },
        ..door
    };
    assert!(
        store
            .write(|tx| documents::view(tx, &auditor, stored.id, file, &fresh))
            .is_err()
    );
    let later = Door {
        now: checked + TimeDelta::minutes(15),
        ..door
    };
    assert!(matches!(
        store.write(|tx| documents::view(tx, &later, stored.id, file, &fresh)),
        Err(StepError::Refused(Refusal::SecondFactorFirst))
    ));
    let looks = names(&story, &stored)
        .iter()
        .filter(|name| **name == "document-viewed")
        .count();
    assert_eq!(looks, 1);
    story.wait(TimeDelta::days(7) - TimeDelta::minutes(1));
    assert_eq!(destroy_overdue(&story.house).unwrap(), 0);
    story.wait(TimeDelta::minutes(1));
    assert_eq!(destroy_overdue(&story.house).unwrap(), 1);
    assert_eq!(destroy_overdue(&story.house).unwrap(), 0, "once");
    assert!(store.read(|db| files::reference(db, file)).is_err());
    assert_eq!(store.read(habeas::store::vault::keys::destroyed).unwrap().len(), 1);
    assert_eq!(names(&story, &stored).last(), Some(&"document-destroyed"));
    assert!(occasions(&story, &stored).contains(&"document-destroyed".to_owned()));
}

/// The status of what an officer sends with a form, on what they saw last.
macro_rules! sends {
    ($app:expr, $who:expr, $path:expr, $noun:expr, $fields:expr) => {{
        let page = send($app, get($path, Some($who)).to_request()).await.body;
        let seq = super::web::hidden_field(&page, "seq").unwrap();
        let fields: Vec<(&str, &str)> = [("seq", seq.as_str())].iter().chain($fields).copied().collect();
        let place = format!("{}/{}", $path, $noun);
        send($app, post(&place, $who, &fields).to_request()).await.status
    }};
}

#[actix_web::test]
async fn an_officer_finds_out_who_a_guardian_is_by_forms_alone_in_both_languages() {
    for (language, title, missing) in [
        ("en", "Who asks, and where answers go", "Nobody has shown yet"),
        ("zh-Hans", "谁在请求，答复寄往何处", "尚无人证明"),
    ] {
        let story = house();
        let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, language));
        let app = init_service(app(story.house.clone())).await;
        let stored = opened(&story);
        let reference = &stored.request.reference;
        let path = format!("/requests/{reference}");
        let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
        assert!(page.contains(title) && page.contains(missing));
        let known = method_of(&story, Way::KnownCorrespondent);
        let steps: Vec<(&str, Vec<(&str, &str)>)> = vec![
            (
                "standing",
                vec![("on_behalf", "guardian"), ("reason", "She writes for her son.")],
            ),
            (
                "evidence/1",
                vec![("sight", "photocopy"), ("reason", "Birth certificate, seen.")],
            ),
            (
                "evidence/2",
                vec![("sight", "on-file"), ("reason", "Has an account of her own.")],
            ),
            ("identity-question", vec![("method", known.as_str()), ("reason", "")]),
            (
                "identity",
                vec![
                    ("method", known.as_str()),
                    ("matched", "e-mail"),
                    ("reason", "As in the account."),
                ],
            ),
        ];
        for (noun, fields) in steps {
            let status = sends!(&app, &officer, &path, noun, &fields);
            assert_eq!(status, StatusCode::SEE_OTHER, "{noun}");
        }
        let request = story.request(reference).request;
        assert!(!request.lacks_evidence(DEFAULT.policy()) && request.has_confirmed_contact());
        let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
        assert!(page.contains("Birth certificate, seen.") && !page.contains(missing));
    }
}

#[actix_web::test]
async fn a_changed_address_is_told_to_both_and_shown_until_its_time_is_over() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = opened(&story);
    let reference = &stored.request.reference;
    let path = format!("/requests/{reference}");
    let fields = [("reason", "In the account since 2024.")];
    assert_eq!(sends!(&app, &officer, &path, "contact", &fields), StatusCode::SEE_OTHER);
    for wrong in ["not an address", "li.na@meadow.example"] {
        let fields = [("address", wrong), ("reason", "She wrote.")];
        let status = sends!(&app, &officer, &path, "address", &fields);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let fields = [
        ("address", "li.na@harbour.example"),
        ("reason", "She called from her number on file."),
    ];
    assert_eq!(sends!(&app, &officer, &path, "address", &fields), StatusCode::SEE_OTHER);
    let now = story.request(reference);
    assert_eq!(now.card.address, "li.na@harbour.example");
    assert!(!now.request.has_confirmed_contact());
    let letters = story.house.store.read(|db| outbox::of_request(db, stored.id)).unwrap();
    let told: Vec<(&str, Option<&str>)> = letters
        .iter()
        .filter(|letter| letter.occasion.starts_with("address-changed"))
        .map(|letter| (letter.occasion.as_str(), letter.recipient.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("address-changed-old", Some("li.na@meadow.example")),
            ("address-changed-new", Some("li.na@harbour.example")),
        ]
    );
    let found = |address: &str| {
        story
            .house
            .store
            .read(|db| requests::of_sender(db, address, 9))
            .unwrap()
    };
    assert_eq!(
        (
            found("li.na@harbour.example").len(),
            found("li.na@meadow.example").len()
        ),
        (1, 0)
    );
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(page.contains("This address is new."));
}

#[actix_web::test]
async fn a_document_is_handed_to_an_officer_as_a_download_by_a_form_and_its_look_is_written_down() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let auditor = visit(&story, hire(&story, "ann@example.com", Role::Auditor, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = opened(&story);
    let path = format!("/requests/{}", stored.request.reference);
    let method = method_of(&story, Way::Document);
    let ask_for = |reason: &'static str| vec![("method", method.clone()), ("reason", reason.to_owned())];
    for (reason, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("Two people of this name write to us.", StatusCode::SEE_OTHER),
    ] {
        let fields = ask_for(reason);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(sends!(&app, &officer, &path, "identity-question", &fields), status);
    }
    let letter = occasions(&story, &stored);
    assert!(letter.contains(&"identity-question".to_owned()));
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Requester,
        now: story.now(),
    };
    let upload = Upload {
        name: "<b>passport</b>.png",
        bytes: PNG,
        shows: Shows::Identity,
    };
    let file = story
        .house
        .store
        .write(|tx| documents::receive(tx, &door, stored.id, &upload))
        .unwrap()
        .request
        .documents[0]
        .file
        .id;
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(!page.contains("<b>passport"), "a foreign name is text");
    let place = format!("{path}/documents/{file}");
    let got = send(&app, get(&place, Some(&officer)).to_request()).await;
    assert_ne!(got.status, StatusCode::OK, "looking by a link is not possible");
    let refused = send(&app, post(&place, &auditor, &[]).to_request()).await;
    assert_ne!(refused.status, StatusCode::OK);
    let asked = send(&app, post(&place, &officer, &[]).to_request()).await;
    assert_eq!(
        asked.status,
        StatusCode::SEE_OTHER,
        "a password alone shows no document"
    );
    let back = format!("{path}#documents");
    assert_eq!(
        asked.header("location"),
        format!("/second-factor?back={}", back.replace('#', "%23"))
    );
    assert!(!names(&story, &stored).contains(&"document-viewed"));
    let code = crate::harness::factor::next(&officer.codes);
    let given = [("code", code.as_str()), ("back", back.as_str())];
    let given = send(&app, post("/second-factor", &officer, &given).to_request()).await;
    assert_eq!(given.header("location"), back, "back to where the officer was");
    let seen = send(&app, post(&place, &officer, &[]).to_request()).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert_eq!(seen.header("content-type"), "application/octet-stream");
    assert!(seen.header("content-disposition").starts_with("attachment"));
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    let history = names(&story, &stored);
    assert!(
        history.ends_with(&["second-factor-checked", "document-viewed"]),
        "{history:?}"
    );
    let missing = send(&app, post(&format!("{path}/documents/999"), &officer, &[]).to_request()).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    story.wait(TimeDelta::minutes(15));
    let stale = send(&app, post(&place, &officer, &[]).to_request()).await;
    assert_eq!(
        stale.status,
        StatusCode::SEE_OTHER,
        "after a quarter of an hour it is asked again"
    );
}
