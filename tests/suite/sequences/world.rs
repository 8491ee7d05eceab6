//! Random sequences of commands, and what must hold after each: kept apart from the core's own state, from the events alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, TimeDelta, Utc};
use habeas::domain::approval::Digest;
use habeas::domain::assessment::{Finding, Scope};
use habeas::domain::calendar::Calendar;
use habeas::domain::challenge::{Challenge, Purpose};
use habeas::domain::command::Command;
use habeas::domain::condition::{self, Check, Fulfilment};
use habeas::domain::decide::decide;
use habeas::domain::event::{By, CaseKind, Channel, Event, NewItem, Opening, Recorded, Triage};
use habeas::domain::identifier::{IdentifierKind, LookedAgain};
use habeas::domain::identity::{Change, Confirmation};
use habeas::domain::item::{Basis, Decision, Verdict};
use habeas::domain::moves::{Move, may};
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{CategoryId, ConditionId, OnBehalfId, Policy, RightId, SystemId};
use habeas::domain::request::Request;
use habeas::domain::rules::Rules;
use habeas::domain::second_factor::{Asks, asked_by};
use habeas::domain::standing::Sight;
use habeas::domain::text::{FileRef, TextRef};

/// How long a changed address holds a release, whatever else is settled.
const HOLD: TimeDelta = TimeDelta::hours(72);

/// The moves that bring a request to its end; others are made too, but less often, so that sequences get there.
const ONWARDS: [Move; 16] = [
    Move::Triage,
    Move::ConfirmIdentity,
    Move::ConfirmContact,
    Move::RecordEvidence,
    Move::TellSubject,
    Move::ChooseGround,
    Move::CheckCondition,
    Move::Assess,
    Move::CoSign,
    Move::Decide,
    Move::Approve,
    Move::Answer,
    Move::Enclose,
    Move::OverrideFinding,
    Move::ApproveRelease,
    Move::Release,
];

/// What takes a request out of the way: seldom, or little else would happen.
const ENDS: [Move; 5] = [
    Move::SetAside,
    Move::Withdraw,
    Move::Close,
    Move::DropItem,
    Move::DoubtIdentity,
];

/// A quick source of numbers that is the same for the same seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }

    fn of<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.below(list.len()))
    }
}

/// What happened in many sequences, so that a run that proves nothing shows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub sequences: u64,
    pub commands: u64,
    pub accepted: u64,
    pub answered: u64,
    pub released: u64,
    pub released_by_two: u64,
    pub fetched: u64,
}

#[cfg_attr(test, expect(dead_code, reason = "only the million counts over threads"))]
impl Counts {
    pub fn add(&mut self, other: Self) {
        self.sequences += other.sequences;
        self.commands += other.commands;
        self.accepted += other.accepted;
        self.answered += other.answered;
        self.released += other.released;
        self.released_by_two += other.released_by_two;
        self.fetched += other.fetched;
    }
}

/// What is known from the events alone of who decided, who looked and who asks.
struct Ledger<'r> {
    policy: &'r Policy,
    on_behalf: OnBehalfId,
    /// The pieces of evidence that were seen of the present standing.
    seen: BTreeSet<u32>,
    subject_told: bool,
    identified: bool,
    address: i64,
    confirmed: Option<i64>,
    changed_at: Option<DateTime<Utc>>,
    items: BTreeMap<u32, Option<(Decision, PersonId)>>,
    rights: BTreeMap<u32, RightId>,
    /// What was found of the conditions of each item.
    conditions: BTreeMap<(u32, ConditionId), Fulfilment>,
    last_item: u32,
    approved_by: Option<PersonId>,
    /// Who assessed an exemption.
    hands: BTreeSet<PersonId>,
    enclosed: BTreeMap<u32, Enclosed>,
    last_enclosed: u32,
    high_risk: bool,
    let_go_by: Option<PersonId>,
    left: BTreeMap<u32, u32>,
    /// The check of whoever takes the step that is told.
    in_hand: Asks,
}

struct Enclosed {
    by: PersonId,
    findings: BTreeMap<String, Option<PersonId>>,
}

impl<'r> Ledger<'r> {
    fn new(policy: &'r Policy) -> Self {
        Self {
            policy,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            seen: BTreeSet::new(),
            subject_told: false,
            identified: false,
            address: 0,
            confirmed: None,
            changed_at: None,
            items: BTreeMap::new(),
            rights: BTreeMap::new(),
            conditions: BTreeMap::new(),
            last_item: 0,
            approved_by: None,
            hands: BTreeSet::new(),
            enclosed: BTreeMap::new(),
            last_enclosed: 0,
            high_risk: false,
            let_go_by: None,
            left: BTreeMap::new(),
            in_hand: Asks::Nothing,
        }
    }

    /// What was shown for one standing says nothing of another, and nobody let the files go to that.
    fn stands_for(&mut self, on_behalf: &OnBehalfId) {
        if self.on_behalf != *on_behalf {
            self.on_behalf = on_behalf.clone();
            self.seen.clear();
            self.subject_told = false;
            self.let_go_by = None;
        }
    }

    fn person(recorded: &Recorded) -> PersonId {
        recorded.by.person().expect("a person's step names the person")
    }

    /// Takes one event in; says what it breaks.
    fn take(&mut self, recorded: &Recorded, counts: &mut Counts) -> Result<(), String> {
        match &recorded.event {
            Event::Opened(opening) => {
                self.stands_for(&opening.on_behalf);
                self.address = opening.card.id;
                opening.items.iter().for_each(|item| self.added(item));
            }
            Event::Triaged { on_behalf, .. } | Event::ActsFor { on_behalf, .. } => self.stands_for(on_behalf),
            Event::EvidenceShown { piece, .. } => {
                self.seen.insert(*piece);
            }
            Event::EvidenceRetracted { piece, .. } => {
                self.seen.remove(piece);
            }
            Event::SubjectTold { .. } => self.subject_told = true,
            Event::ItemAdded(item) => self.added(item),
            Event::MergeTaken { items, .. } => items.iter().for_each(|item| self.added(item)),
            Event::ItemDropped { item, .. } => {
                self.items.remove(item);
                self.approved_by = None;
            }
            Event::GroundChosen { item, .. } | Event::RetentionFound { item, .. } => self.undecided(*item),
            Event::ConditionChecked { item, check } => {
                self.undecided(*item);
                self.conditions
                    .insert((*item, check.condition.clone()), check.fulfilment);
                self.hands.insert(Self::person(recorded));
            }
            Event::Assessed { item, .. } => {
                self.undecided(*item);
                self.hands.insert(Self::person(recorded));
            }
            Event::Decided { item, decision } => {
                self.items
                    .insert(*item, Some((decision.clone(), Self::person(recorded))));
                self.approved_by = None;
            }
            Event::Approved { .. } => self.approved_by = recorded.by.person(),
            Event::SentBack { .. } | Event::Reopened { .. } => self.approved_by = None,
            Event::IdentityConfirmed { .. } => {
                recorded.by.person().ok_or("an identity decision by nobody")?;
                self.identified = true;
            }
            Event::IdentityAsked { .. } | Event::IdentityNotProven { .. } => self.identified = false,
            Event::ContactConfirmed { .. } => self.confirmed = Some(self.address),
            Event::ContactChanged { card, change, .. } => {
                self.address = card.id;
                if *change == Change::Replaced {
                    self.changed_at = Some(recorded.at);
                    self.identified = false;
                    self.let_go_by = None;
                }
            }
            Event::FileEnclosed { findings, .. } => {
                self.last_enclosed += 1;
                let enclosed = Enclosed {
                    by: Self::person(recorded),
                    findings: findings.iter().map(|id| (id.clone(), None)).collect(),
                };
                self.enclosed.insert(self.last_enclosed, enclosed);
                self.let_go_by = None;
            }
            Event::FileTakenOut { enclosure, .. } => {
                self.enclosed.remove(enclosure);
                self.let_go_by = None;
            }
            Event::FindingOverridden { enclosure, finding, .. } => {
                if let Some(enclosed) = self.enclosed.get_mut(enclosure) {
                    enclosed.findings.insert(finding.clone(), recorded.by.person());
                }
                self.let_go_by = None;
            }
            Event::IdentifierRecorded { looks, .. } | Event::IdentifierRetracted { looks, .. } => {
                let looked: BTreeSet<u32> = looks.iter().map(|look| look.enclosure).collect();
                if !self.enclosed.keys().eq(&looked) {
                    return Err("a file kept what was found with other identifiers".to_owned());
                }
                for look in looks {
                    let Some(enclosed) = self.enclosed.get_mut(&look.enclosure) else {
                        continue;
                    };
                    let before = std::mem::take(&mut enclosed.findings);
                    let stands = |id: &String| (id.clone(), before.get(id).copied().flatten());
                    enclosed.findings = look.findings.iter().map(stands).collect();
                }
                self.hands.insert(Self::person(recorded));
                self.let_go_by = None;
            }
            Event::HighRiskMarked { .. } => {
                self.high_risk = true;
                self.let_go_by = None;
            }
            Event::ReleaseApproved => {
                self.was_checked(Asks::OwnCheck)?;
                self.let_go_by = recorded.by.person();
            }
            Event::DocumentViewed { .. } => self.was_checked(Asks::RecentCheck)?,
            Event::Released { downloads, .. } => {
                self.was_checked(Asks::OwnCheck)?;
                self.may_leave(recorded.at)?;
                counts.released += 1;
                counts.released_by_two += u64::from(self.let_go_by.is_some());
                let number = u32::try_from(self.left.len()).unwrap() + 1;
                self.left.insert(number, *downloads);
                self.let_go_by = None;
            }
            Event::PackageFetched { package } => {
                self.reaches_the_requester(recorded.at)?;
                let left = self
                    .left
                    .get_mut(package)
                    .ok_or("a package that never left was fetched")?;
                *left = left.checked_sub(1).ok_or("a package was fetched too often")?;
                counts.fetched += 1;
            }
            Event::AnswerQueued { .. } => {
                self.is_answerable()?;
                if self.tells() && self.confirmed != Some(self.address) {
                    return Err("an answer that tells went to an unproven address".to_owned());
                }
                let gives = self.items.values().flatten().any(|(decision, _)| decision.gives());
                if gives {
                    self.reaches_the_requester(recorded.at)?;
                }
                counts.answered += 1;
            }
            Event::Answered {
                delivery: habeas::domain::event::Delivery::ByHand,
                ..
            } => {
                self.is_answerable()?;
                if self.tells() && !self.identified && self.confirmed != Some(self.address) {
                    return Err("an answer that tells was handed to nobody known".to_owned());
                }
                counts.answered += 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn was_checked(&self, asks: Asks) -> Result<(), String> {
        if self.in_hand < asks {
            return Err("it happened without a check of the second factor".to_owned());
        }
        Ok(())
    }

    fn added(&mut self, item: &NewItem) {
        self.last_item += 1;
        self.rights.insert(self.last_item, item.right.clone());
        self.items.insert(self.last_item, None);
        self.approved_by = None;
    }

    fn undecided(&mut self, item: u32) {
        self.items.insert(item, None);
        self.approved_by = None;
    }

    fn deciders(&self) -> BTreeSet<PersonId> {
        self.items.values().flatten().map(|(_, by)| *by).collect()
    }

    fn is_answerable(&self) -> Result<(), String> {
        let mut gives = false;
        for (number, decided) in &self.items {
            let Some((decision, _)) = decided else {
                return Err(format!("answered while item {number} is undecided"));
            };
            gives |= decision.gives();
            self.is_owed(*number, decision)?;
            if decision.refuses() || matches!(decision, Decision::Restricted { .. }) {
                let by = self
                    .approved_by
                    .ok_or("a refusal or restriction left without a second person")?;
                if self.deciders().contains(&by) {
                    return Err("a refusal was approved by one who decided".to_owned());
                }
            }
        }
        if gives && !self.identified {
            return Err("something was given to nobody known".to_owned());
        }
        if gives {
            self.was_checked(Asks::OwnCheck)?;
        }
        Ok(())
    }

    /// Whether the decisions tell that the person is known here: all but "not for us" and "you did not show who you are".
    fn tells(&self) -> bool {
        self.items.values().flatten().any(|(decision, _)| {
            !matches!(
                decision,
                Decision::NotForUs { .. }
                    | Decision::Refused {
                        basis: Basis::IdentityNotProven,
                        ..
                    }
            )
        })
    }

    /// What is given of a right that is owed on conditions: each is settled, and what is not met is named.
    fn is_owed(&self, item: u32, decision: &Decision) -> Result<(), String> {
        let right = self.rights.get(&item).and_then(|right| self.policy.right(right));
        let conditions = right.map_or(&[][..], |right| &right.conditions);
        for condition in conditions.iter().filter(|condition| !condition.identity) {
            let found = self.conditions.get(&(item, condition.id.clone()));
            let named = decision
                .basis()
                .map_or(&[][..], Basis::conditions)
                .contains(&condition.id);
            match (found, decision.gives()) {
                (None, true) => return Err(format!("given while the condition {} is open", condition.id)),
                (Some(Fulfilment::Partly | Fulfilment::NotMet), true) if !named => {
                    return Err(format!("given without a word on the condition {}", condition.id));
                }
                (None | Some(Fulfilment::Met), _) if named => {
                    return Err(format!(
                        "refused for the condition {} that is met or open",
                        condition.id
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn reaches_the_requester(&self, now: DateTime<Utc>) -> Result<(), String> {
        if !self.identified {
            return Err("released without an identity decision".to_owned());
        }
        if let Some(rule) = self.policy.on_behalf(&self.on_behalf).filter(|rule| !rule.id.is_self()) {
            if self.seen.len() < rule.evidence.len() {
                return Err("released to one of whom nobody saw that they may ask".to_owned());
            }
            if rule.inform_subject && !self.subject_told {
                return Err("released to another before the person whose data it is was told".to_owned());
            }
        }
        if self.confirmed != Some(self.address) {
            return Err("released to an address that nobody confirmed".to_owned());
        }
        if self.changed_at.is_some_and(|at| now < at + HOLD) {
            return Err("released while a changed address holds it".to_owned());
        }
        Ok(())
    }

    fn may_leave(&self, now: DateTime<Utc>) -> Result<(), String> {
        self.reaches_the_requester(now)?;
        self.is_answerable()?;
        if !self.items.values().flatten().any(|(decision, _)| decision.gives()) {
            return Err("released though nothing is given".to_owned());
        }
        if self.enclosed.is_empty() {
            return Err("an empty package left".to_owned());
        }
        let findings = || self.enclosed.values().flat_map(|enclosed| enclosed.findings.values());
        if findings().any(Option::is_none) {
            return Err("released with a finding that nobody answered for".to_owned());
        }
        let is_due = self.high_risk || !self.on_behalf.is_self() || findings().any(Option::is_some);
        if !is_due {
            return Ok(());
        }
        let by = self.let_go_by.ok_or("released without the second person that is due")?;
        let mut hands = self.deciders();
        hands.extend(&self.hands);
        hands.extend(self.enclosed.values().map(|enclosed| enclosed.by));
        hands.extend(findings().flatten());
        if hands.contains(&by) {
            return Err("the second person had a hand in what left".to_owned());
        }
        Ok(())
    }
}

/// One request under random commands.
pub struct World<'r> {
    rules: Rules<'r>,
    dice: Dice,
    request: Request,
    ledger: Ledger<'r>,
    now: DateTime<Utc>,
    texts: i64,
}

impl<'r> World<'r> {
    pub fn new(policy: &'r Policy, calendar: &'r Calendar, seed: u64) -> Self {
        let rules = Rules::alone(policy, calendar);
        let mut dice = Dice::new(seed);
        let now = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let rights: Vec<_> = policy.rights.iter().map(|right| right.id.clone()).collect();
        let wanted: BTreeSet<_> = (0..=dice.below(2)).filter_map(|_| dice.of(&rights).cloned()).collect();
        let on_behalf = if dice.one_in(4) {
            dice.of(&policy.on_behalf)
                .map_or_else(|| OnBehalfId::new(OnBehalfId::NONE), |rule| rule.id.clone())
        } else {
            OnBehalfId::new(OnBehalfId::NONE)
        };
        let opening = Opening {
            reference: "DSR-2025-000001".into(),
            policy: policy.id.clone(),
            policy_version: policy.version.clone(),
            channel: Channel::Mail,
            received_at: now,
            message: Some(1),
            language: "en".into(),
            kind: CaseKind::Request,
            triage: if dice.one_in(4) { Triage::Needed } else { Triage::Clear },
            on_behalf,
            items: wanted
                .into_iter()
                .map(|right| rules.new_item(right, now, Some(1)))
                .collect(),
            deadline: rules.deadline(now, 0),
            hints: vec![],
            card: text(1),
            review_of: None,
        };
        let recorded = Recorded {
            at: now,
            by: By::Mail,
            event: Event::Opened(Box::new(opening)),
        };
        let mut ledger = Ledger::new(policy);
        ledger
            .take(&recorded, &mut Counts::default())
            .expect("an opening breaks nothing");
        Self {
            rules,
            dice,
            request: Request::fold([&recorded]).expect("a stream that begins with an opening"),
            ledger,
            now,
            texts: 1,
        }
    }

    /// So many random commands. The error says what was broken.
    pub fn run(&mut self, steps: usize, counts: &mut Counts) -> Result<(), String> {
        counts.sequences += 1;
        for _ in 0..steps {
            self.now += TimeDelta::minutes(i64::try_from(self.dice.below(600)).unwrap());
            if self.dice.one_in(12) {
                self.now += TimeDelta::days(3);
            }
            let (actor, command) = self.choose();
            counts.commands += 1;
            let Ok(events) = decide(&self.request, &command, self.rules, actor, self.now) else {
                continue;
            };
            // The door asks this before it writes anything down.
            self.ledger.in_hand = self.check_in_hand();
            if asked_by(&self.request, &events) > self.ledger.in_hand {
                continue;
            }
            counts.accepted += 1;
            for event in events {
                let recorded = Recorded {
                    at: self.now,
                    by: By::from(actor),
                    event,
                };
                self.ledger
                    .take(&recorded, counts)
                    .map_err(|broken| format!("{broken}: {command:?} by {actor}"))?;
                self.request = self.request.clone().evolve(&recorded);
            }
        }
        Ok(())
    }

    /// What check of a second factor whoever acts has in hand: now and then less than is asked for.
    fn check_in_hand(&mut self) -> Asks {
        match self.dice.below(10) {
            0 => Asks::Nothing,
            1 => Asks::RecentCheck,
            _ => Asks::OwnCheck,
        }
    }

    /// Half of the time a step that is open to somebody, so that sequences get far; else anything by anybody.
    fn choose(&mut self) -> (Actor, Command) {
        let actor = self.actor();
        if !self.dice.one_in(3) {
            let open: Vec<Move> = Move::ALL
                .iter()
                .copied()
                .filter(|step| may(&self.request, *step, actor, self.rules.policy).is_ok())
                .collect();
            let onwards: Vec<Move> = open.iter().copied().filter(|step| ONWARDS.contains(step)).collect();
            let wanted = if self.dice.one_in(4) { &open } else { &onwards };
            if let Some(step) = self.dice.of(wanted).copied()
                && let Some(command) = self.command_of(step)
            {
                return (actor, command);
            }
        }
        if self.dice.one_in(4) {
            return self.by_itself();
        }
        let step = *self.dice.of(Move::ALL).expect("there are moves");
        if ENDS.contains(&step) && !self.dice.one_in(10) {
            return self.by_itself();
        }
        match self.command_of(step) {
            Some(command) => (actor, command),
            None => self.by_itself(),
        }
    }

    fn actor(&mut self) -> Actor {
        let person = |id, role| Actor::Person { id: PersonId(id), role };
        let people = [
            person(1, Role::Officer),
            person(1, Role::Officer),
            person(2, Role::Officer),
            person(3, Role::Admin),
            person(4, Role::Reviewer),
            person(5, Role::Auditor),
            person(6, Role::SystemOwner),
            Actor::Mail,
            Actor::Requester,
        ];
        *self.dice.of(&people).expect("there are people")
    }

    fn text(&mut self) -> TextRef {
        self.texts += 1;
        text(self.texts)
    }

    fn file(&mut self) -> FileRef {
        self.texts += 1;
        FileRef {
            id: self.texts,
            commitment: format!("{:064x}", self.texts),
        }
    }

    fn item(&mut self) -> u32 {
        let numbers: Vec<u32> = self.request.items.iter().map(|item| item.number).collect();
        self.dice.of(&numbers).copied().unwrap_or(1)
    }

    fn by_itself(&mut self) -> (Actor, Command) {
        let letter = 77;
        let at = self.now;
        let package = u32::try_from(self.dice.below(3)).unwrap() + 1;
        match self.dice.below(8) {
            0 => (Actor::Post, Command::Delivered { letter, at }),
            1 => (Actor::Post, Command::Bounced { letter }),
            2 => (Actor::Clock, Command::Remind),
            3 => (Actor::Clock, Command::EndPackage { package }),
            4 => (Actor::Clock, Command::Recount),
            _ => (Actor::Requester, Command::FetchPackage { package }),
        }
    }

    fn decision(&mut self, item: u32) -> Decision {
        let (reason, given) = (self.text(), self.text());
        let assessed = self
            .request
            .item(item)
            .map(|item| item.assessments.clone())
            .unwrap_or_default();
        let exemptions = match self.dice.of(&assessed) {
            Some(assessment) => vec![assessment.finding.exemption.clone()],
            None => self
                .dice
                .of(&self.rules.policy.exemptions)
                .map(|exemption| exemption.id.clone())
                .into_iter()
                .collect(),
        };
        let retained = self
            .request
            .item(item)
            .map(|item| item.retentions.clone())
            .unwrap_or_default();
        if let Some(until) = retained.iter().map(|retention| retention.until).max()
            && self.dice.one_in(2)
        {
            let duties: BTreeSet<_> = retained.into_iter().map(|retention| retention.duty).collect();
            return Decision::Restricted {
                until,
                duties: duties.into_iter().collect(),
                reason,
                given: Some(given),
            };
        }
        let unmet = self
            .request
            .item(item)
            .map(|item| condition::unmet(item, self.rules.policy));
        let conditions = unmet.unwrap_or_default();
        let besides = if self.dice.one_in(2) {
            vec![]
        } else {
            exemptions.clone()
        };
        match self.dice.below(11) {
            9 => {
                return Decision::PartlyGranted {
                    basis: Basis::Conditions {
                        conditions,
                        exemptions: besides,
                    },
                    reason,
                    given,
                };
            }
            10 => {
                return Decision::Refused {
                    basis: Basis::Conditions {
                        conditions,
                        exemptions: besides,
                    },
                    reason,
                };
            }
            _ => {}
        }
        match self.dice.below(10) {
            0..4 => Decision::Granted { given: Some(given) },
            4 => Decision::PartlyGranted {
                basis: Basis::Exemptions { exemptions },
                reason,
                given,
            },
            5 => Decision::Refused {
                basis: Basis::Exemptions { exemptions },
                reason,
            },
            6 => Decision::Refused {
                basis: Basis::MissingGround,
                reason,
            },
            7 => Decision::Refused {
                basis: Basis::IdentityNotProven,
                reason,
            },
            8 => Decision::NotForUs { reason },
            _ => Decision::NothingHeld { reason },
        }
    }

    fn scope(&mut self) -> Scope {
        match self.dice.below(6) {
            0 => Scope::Category(CategoryId::new("contact")),
            1 => Scope::System(SystemId::new("crm")),
            _ => Scope::Whole,
        }
    }

    /// The enclosed files looked through again; sometimes one is left out, or finds something.
    fn looks(&mut self) -> Vec<LookedAgain> {
        let numbers: Vec<u32> = self.request.release.enclosures.iter().map(|one| one.number).collect();
        let mut looks = Vec::new();
        for enclosure in numbers {
            if self.dice.one_in(12) {
                continue;
            }
            let findings = if self.dice.one_in(4) {
                vec!["f".to_owned()]
            } else {
                vec![]
            };
            looks.push(LookedAgain {
                enclosure,
                report: self.text(),
                findings,
            });
        }
        looks
    }

    /// The letter that is sent for the most part, and sometimes another.
    fn letter(&mut self) -> Digest {
        let hex = if self.dice.one_in(5) { "22" } else { "11" };
        Digest::from_hex(&hex.repeat(32)).expect("64 hexadecimal digits")
    }

    /// A right code, as the check of one would make it, or one for something else.
    fn confirmation(&mut self) -> Confirmation {
        let purpose = *self.dice.of(&Purpose::ALL).expect("there are purposes");
        let challenge = Challenge {
            id: 9,
            purpose,
            issued_at: self.now,
            tries: 1,
            used: false,
            digest: [7; 32],
        };
        match challenge.answered(&[7; 32], self.now) {
            Some(right) if !self.dice.one_in(3) => Confirmation::Code(right),
            _ => Confirmation::OnFile { note: self.text() },
        }
    }

    fn command_of(&mut self, step: Move) -> Option<Command> {
        let policy = self.rules.policy;
        let (item, reason) = (self.item(), self.text());
        let held: Vec<_> = policy.held_data.iter().map(|datum| datum.id.clone()).collect();
        Some(match step {
            Move::Triage => Command::Triage {
                kind: *self.dice.of(&CaseKind::ALL)?,
                rights: self
                    .dice
                    .of(&policy.rights)
                    .map(|right| right.id.clone())
                    .into_iter()
                    .collect(),
                on_behalf: if self.dice.one_in(4) {
                    self.dice.of(&policy.on_behalf)?.id.clone()
                } else {
                    OnBehalfId::new(OnBehalfId::NONE)
                },
                language: "en".into(),
            },
            Move::AddItem => Command::AddItem {
                right: self.dice.of(&policy.rights)?.id.clone(),
                received_at: self.now,
                message: None,
            },
            Move::DropItem => Command::DropItem { item, reason },
            Move::Assign => Command::Assign { to: Some(PersonId(1)) },
            Move::AskIdentity => Command::AskIdentity {
                method: self.dice.of(&policy.identity)?.id.clone(),
                data: self.dice.of(&held).cloned().into_iter().collect(),
                reason: Some(reason),
                letter: None,
            },
            Move::ConfirmIdentity => Command::ConfirmIdentity {
                method: self.dice.of(&policy.identity)?.id.clone(),
                matched: self.dice.of(&held).cloned().into_iter().collect(),
                note: reason,
            },
            Move::DoubtIdentity => Command::DoubtIdentity { reason },
            Move::SendCode => Command::SendCode {
                purpose: *self.dice.of(&Purpose::ALL)?,
                challenge: 9,
                letter: 80,
            },
            Move::ConfirmContact => Command::ConfirmContact {
                confirmation: self.confirmation(),
            },
            Move::ChangeContact => Command::ChangeContact {
                card: reason,
                change: if self.dice.one_in(3) {
                    Change::First
                } else {
                    Change::Replaced
                },
                reason: self.text(),
                told: vec![],
            },
            Move::ActFor => Command::ActFor {
                on_behalf: self.dice.of(&policy.on_behalf)?.id.clone(),
                reason,
            },
            Move::RecordEvidence => {
                let piece = u32::try_from(self.dice.below(4)).ok()? + 1;
                if self.dice.one_in(6) {
                    Command::RetractEvidence { piece, reason }
                } else {
                    Command::RecordEvidence {
                        piece,
                        sight: *self.dice.of(&Sight::ALL)?,
                        note: reason,
                    }
                }
            }
            Move::TellSubject => Command::TellSubject {
                letter: Some(79),
                note: reason,
            },
            Move::ChooseGround => Command::ChooseGround {
                item,
                ground: self.dice.of(&policy.grounds).map(|ground| ground.id.clone()),
            },
            Move::Assess => Command::Assess {
                item,
                finding: Finding {
                    exemption: self.dice.of(&policy.exemptions)?.id.clone(),
                    scope: self.scope(),
                    verdict: *self.dice.of(&[Verdict::Yes, Verdict::Partly, Verdict::No])?,
                    reason,
                    evidence: Some(self.text()),
                    still_given: Some(self.text()),
                    review_on: self.now.date_naive().checked_add_days(Days::new(200)),
                },
            },
            Move::CheckCondition => {
                let of_right = self
                    .request
                    .item(item)
                    .map(|item| condition::conditions(item, policy))?;
                let (fulfilment, still_given) = (
                    *self
                        .dice
                        .of(&[Fulfilment::Met, Fulfilment::Met, Fulfilment::Partly, Fulfilment::NotMet])?,
                    (!self.dice.one_in(4)).then(|| self.text()),
                );
                Command::CheckCondition {
                    item,
                    check: Check {
                        condition: self.dice.of(of_right)?.id.clone(),
                        fulfilment,
                        evidence: reason,
                        still_given,
                    },
                }
            }
            Move::CoSign => {
                let assessments = self.request.item(item).map(|item| item.assessments.clone())?;
                let found = self.dice.of(&assessments)?.finding.clone();
                Command::CoSign {
                    item,
                    exemption: found.exemption,
                    scope: found.scope,
                }
            }
            Move::Retain => Command::Retain {
                item,
                duty: self.dice.of(&policy.retention_duties)?.id.clone(),
                scope: self.scope(),
                until: self.now.date_naive().checked_add_days(Days::new(900)),
                reason,
            },
            Move::Decide => Command::Decide {
                item,
                decision: self.decision(item),
            },
            Move::Approve => Command::Approve { letter: self.letter() },
            Move::SendBack => Command::SendBack { reason },
            Move::Answer => Command::Answer {
                letter: 77,
                text: reason,
                says: self.letter(),
            },
            Move::AnswerByHand => Command::AnswerByHand {
                at: self.now,
                text: reason,
                says: self.letter(),
            },
            Move::Enclose => Command::Enclose {
                file: self.file(),
                report: reason,
                findings: if self.dice.one_in(3) { vec!["f".into()] } else { vec![] },
                structured: self.dice.one_in(2),
            },
            Move::TakeOut => Command::TakeOut {
                enclosure: u32::try_from(self.dice.below(3)).ok()? + 1,
                reason,
            },
            Move::OverrideFinding => Command::OverrideFinding {
                enclosure: u32::try_from(self.dice.below(3)).ok()? + 1,
                finding: "f".into(),
                reason,
            },
            Move::RecordIdentifier => {
                let looks = self.looks();
                let number = u32::try_from(self.dice.below(3)).unwrap() + 1;
                if self.dice.one_in(3) {
                    Command::RetractIdentifier { number, reason, looks }
                } else {
                    Command::RecordIdentifier {
                        kind: *self.dice.of(&IdentifierKind::ALL)?,
                        text: self.text(),
                        source: reason,
                        looks,
                    }
                }
            }
            Move::MarkHighRisk => Command::MarkHighRisk { reason },
            Move::ApproveRelease => Command::ApproveRelease,
            Move::Release => Command::Release {
                file: self.file(),
                letter: Some(78),
            },
            Move::RevokePackage => Command::RevokePackage {
                package: u32::try_from(self.dice.below(3)).ok()? + 1,
                reason,
            },
            Move::Extend => Command::Extend { reason, letter: None },
            Move::Close => Command::Close,
            Move::Reopen => Command::Reopen { reason },
            Move::SetAside => Command::SetAside { reason },
            Move::BringBack => Command::BringBack,
            Move::Withdraw => Command::Withdraw { reason },
            Move::Note => Command::Note { text: reason },
            _ => return None,
        })
    }
}

fn text(id: i64) -> TextRef {
    TextRef {
        id,
        commitment: format!("{id:064x}"),
    }
}
