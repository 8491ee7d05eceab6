//! How far a sample request has got, played step by step through the same door as everything else.

use anyhow::bail;
use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::Staff;
use crate::domain::approval::Digest;
use crate::domain::assessment::{Finding, Scope};
use crate::domain::command::Command;
use crate::domain::event::CaseKind;
use crate::domain::item::{Basis, Decision, Verdict};
use crate::domain::letter::Occasion;
use crate::domain::person::Actor;
use crate::domain::policy::ExemptionId;
use crate::domain::reminder::local_instant;
use crate::domain::request::Stage;
use crate::house::House;
use crate::jobs::deliver;
use crate::mail::letters::{self, Letterhead, Words};
use crate::mail::transport::Transport;
use crate::store::StoreError;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::requests::{self, Stored};
use crate::store::second_factor::{self, Try};

/// The local hour at which the office of the demo closes.
const CLOSES: u32 = 18;

/// How far a request has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// As the intake left it.
    Untouched,
    /// Somebody works on it.
    Assigned,
    /// The requester was asked to show who they are.
    IdentityAsked,
    /// They did.
    Identified,
    /// Refused, and waiting for a second person.
    RefusalWaits,
    /// Partly granted and approved; the answer can go.
    Approved,
    /// Answered.
    Answered,
    /// Answered, carried out and closed.
    Closed,
}

/// What the steps are played with.
pub(super) struct Play<'p> {
    pub house: &'p House,
    pub staff: &'p Staff,
    pub transport: &'p Transport,
}

type Turn<'t> = &'t dyn Fn(DateTime<Utc>);

impl Play<'_> {
    /// Plays a request up to its ending, a few hours between the steps and at hours of work, never beyond `now`.
    pub async fn to(
        &self,
        reference: &str,
        ending: Ending,
        received_at: DateTime<Utc>,
        now: DateTime<Utc>,
        turn: Turn<'_>,
    ) -> anyhow::Result<()> {
        let Some(found) = self.house.store.read(|db| requests::find_by_reference(db, reference))? else {
            return Ok(());
        };
        let mut at = received_at;
        if ending > Ending::Untouched && found.request.stage == Stage::Triage {
            at = self.later(at)?.min(now);
            turn(at);
            self.triage(found.id, at)?;
        }
        for step in steps(ending) {
            at = self.later(at)?.min(now);
            turn(at);
            self.step(found.id, *step, at)?;
            deliver::deliver(self.house, self.transport, "demo").await?;
        }
        Ok(())
    }

    /// Three hours later, or on the next working morning when the office is closed by then.
    fn later(&self, at: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
        let pack = self.house.pack()?;
        let policy = &pack.pack.policy;
        let next = at + TimeDelta::hours(3);
        let local = next.with_timezone(&policy.zone);
        if (policy.office_hour.hour()..CLOSES).contains(&local.hour()) {
            return Ok(next);
        }
        let day = at.with_timezone(&policy.zone).date_naive();
        let morning = pack.calendar.add_working_days(day, 1).day;
        Ok(local_instant(morning, policy.office_hour, policy.zone) + TimeDelta::minutes(25))
    }

    /// Says what recognition was not sure of: the requester wants a copy.
    fn triage(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        self.take(id, self.staff.officer, now, |desk| {
            let rights = &desk.rules.policy.rights;
            let copy = rights
                .iter()
                .find(|right| right.id.as_str() == "copy")
                .or(rights.first());
            Ok(Command::Triage {
                kind: CaseKind::Request,
                rights: copy.map(|right| right.id.clone()).into_iter().collect(),
                on_behalf: desk.stored.request.on_behalf.clone(),
                language: desk.stored.request.language.clone(),
            })
        })
    }

    fn step(&self, id: i64, step: Step, now: DateTime<Utc>) -> anyhow::Result<()> {
        let officer = self.staff.officer;
        let items: Vec<u32> = self.stored(id)?.request.items.iter().map(|item| item.number).collect();
        match step {
            Step::Assign => self.take(id, officer, now, |_| {
                Ok(Command::Assign {
                    to: Some(self.staff.officer_id),
                })
            })?,
            Step::AskIdentity => self.ask_identity(id, now)?,
            Step::Identify => self.take(id, officer, now, |desk| {
                let method = desk.rules.policy.identity.first().map(|method| method.id.clone());
                let matched = desk
                    .rules
                    .policy
                    .held_data
                    .iter()
                    .map(|datum| datum.id.clone())
                    .take(2)
                    .collect();
                let note = desk.keep("note", "Wrote from the address on file; the last order number matches.")?;
                Ok(Command::ConfirmIdentity {
                    method: method.ok_or_else(no_method)?,
                    matched,
                    note,
                })
            })?,
            Step::Refuse => {
                for item in items {
                    self.assess(id, item, Verdict::Yes, now)?;
                    self.decide(id, item, |desk, exemption| {
                        let reason = desk.keep("reason", "The statements were given in confidence. Their authors could be recognised from every sentence, also without their names.")?;
                        Ok(Decision::Refused { basis: Basis::Exemptions { exemptions: vec![exemption] }, reason })
                    }, now)?;
                }
            }
            Step::GrantPartly => {
                for item in items {
                    self.assess(id, item, Verdict::Partly, now)?;
                    self.decide(
                        id,
                        item,
                        |desk, exemption| {
                            let reason = desk.keep("reason", "通话录音中有两段涉及其他客户的信息，已予以遮蔽。")?;
                            let given =
                                desk.keep("given", "注册资料、2019年以来的全部订单记录，以及遮蔽后的通话录音。")?;
                            Ok(Decision::PartlyGranted {
                                basis: Basis::Exemptions {
                                    exemptions: vec![exemption],
                                },
                                reason,
                                given,
                            })
                        },
                        now,
                    )?;
                }
            }
            Step::Grant => {
                for item in items {
                    self.decide(
                        id,
                        item,
                        |desk, _| {
                            let given = Some(desk.keep("given", given(desk, item))?);
                            Ok(Decision::Granted { given })
                        },
                        now,
                    )?;
                }
            }
            Step::Approve => self.approve(id, now)?,
            Step::HandOver => self.hand_over(id, now)?,
            Step::CarryOut => self.carry_out(id, now)?,
            Step::Answer => self.answer(id, now)?,
            Step::Close => self.take(id, officer, now, |_| Ok(Command::Close))?,
        }
        Ok(())
    }

    fn assess(&self, id: i64, item: u32, verdict: Verdict, now: DateTime<Utc>) -> anyhow::Result<()> {
        self.take(id, self.staff.officer, now, |desk| {
            let exemption = exemption(desk)?;
            let reason = desk.keep(
                "reason",
                "Other people's words and names are in these records; we hold their statements on file.",
            )?;
            let evidence = desk.keep(
                "evidence",
                "The statements of 12 March, in the file of the works council.",
            )?;
            let still_given = desk.keep("given", "Everything that names nobody else.")?;
            let finding = Finding {
                exemption,
                scope: Scope::Whole,
                verdict,
                reason,
                evidence: Some(evidence),
                still_given: (verdict == Verdict::Partly).then_some(still_given),
                review_on: None,
            };
            Ok(Command::Assess { item, finding })
        })
    }

    fn decide(
        &self,
        id: i64,
        item: u32,
        decision: impl FnOnce(&mut Desk<'_, '_>, ExemptionId) -> Result<Decision, StepError>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let needs_ground = self.needs_ground(id, item)?;
        if needs_ground {
            self.take(id, self.staff.officer, now, |desk| {
                let ground = desk.rules.policy.grounds.first().map(|ground| ground.id.clone());
                Ok(Command::ChooseGround { item, ground })
            })?;
        }
        self.take(id, self.staff.officer, now, |desk| {
            let exemption = exemption(desk)?;
            Ok(Command::Decide {
                item,
                decision: decision(desk, exemption)?,
            })
        })
    }

    fn needs_ground(&self, id: i64, item: u32) -> anyhow::Result<bool> {
        let stored = self.stored(id)?;
        let pack = self.house.pack()?;
        let right = stored
            .request
            .item(item)
            .and_then(|item| pack.pack.policy.right(&item.right));
        Ok(right.is_some_and(|right| right.needs_ground))
    }

    fn ask_identity(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        let pack = self.house.pack()?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        self.take(id, self.staff.officer, now, |desk| {
            let method = desk
                .rules
                .policy
                .identity
                .first()
                .map(|method| method.id.clone())
                .ok_or_else(no_method)?;
            let words = Words {
                method: Some(method.clone()),
                ..Words::default()
            };
            let text = letters::write(desk, head, Occasion::IdentityQuestion, words)?;
            let letter = letters::post(desk, head, Occasion::IdentityQuestion, &text)?;
            Ok(Command::AskIdentity {
                method,
                data: Vec::new(),
                reason: None,
                letter: Some(letter),
            })
        })
    }

    fn approve(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        let pack = self.house.pack()?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        self.let_go(id, self.staff.reviewer, now, |desk| {
            let letter = Digest::of_letter(&letters::answer(desk, head, Words::default())?);
            Ok(Command::Approve { letter })
        })
    }

    fn answer(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        let pack = self.house.pack()?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        self.let_go(id, self.staff.officer, now, |desk| {
            let occasion = letters::answer_occasion(desk.stored.request.kind, &desk.stored.request.items);
            let text = letters::write(desk, head, occasion, Words::default())?;
            let letter = letters::post(desk, head, occasion, &text)?;
            let says = Digest::of_letter(&text);
            let text = desk.keep("answer", &text.body)?;
            Ok(Command::Answer { letter, text, says })
        })
    }

    pub(super) fn take(
        &self,
        id: i64,
        actor: Actor,
        now: DateTime<Utc>,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> anyhow::Result<()> {
        let shelf = self.house.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now,
        };
        self.house
            .store
            .write(|tx| door.step(tx, id, Seen::Whatever, command))?;
        Ok(())
    }

    /// A step that lets something go, with a code of the person's own.
    fn let_go(
        &self,
        id: i64,
        actor: Actor,
        now: DateTime<Utc>,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> anyhow::Result<()> {
        let Actor::Person { id: person, role } = actor else {
            bail!("only people let something go");
        };
        let code = self.staff.codes.borrow_mut().get_mut(&person).and_then(Vec::pop);
        let code = code.unwrap_or_default();
        let tried = self
            .house
            .store
            .write(|tx| second_factor::check(tx, (person, role), &code, now))?;
        let Try::Right(checked) = tried else {
            bail!("the demo has no code left for person {person}");
        };
        let shelf = self.house.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now,
        };
        self.house
            .store
            .write(|tx| door.let_go(tx, id, Seen::Whatever, Some(&checked), command))?;
        Ok(())
    }

    pub(super) fn stored(&self, id: i64) -> Result<Stored, StoreError> {
        self.house.store.read(|db| requests::find(db, id))
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Assign,
    AskIdentity,
    Identify,
    Refuse,
    GrantPartly,
    Grant,
    Approve,
    HandOver,
    CarryOut,
    Answer,
    Close,
}

fn steps(ending: Ending) -> &'static [Step] {
    match ending {
        Ending::Untouched => &[],
        Ending::Assigned => &[Step::Assign],
        Ending::IdentityAsked => &[Step::Assign, Step::AskIdentity],
        Ending::Identified => &[Step::Assign, Step::Identify],
        Ending::RefusalWaits => &[Step::Assign, Step::Identify, Step::Refuse],
        Ending::Approved => &[
            Step::Assign,
            Step::Identify,
            Step::GrantPartly,
            Step::HandOver,
            Step::Approve,
        ],
        Ending::Answered => &[Step::Assign, Step::Identify, Step::Grant, Step::HandOver, Step::Answer],
        Ending::Closed => &[
            Step::Assign,
            Step::Identify,
            Step::Grant,
            Step::HandOver,
            Step::CarryOut,
            Step::Answer,
            Step::Close,
        ],
    }
}

/// What an answer says of what is granted, in the requester's language.
fn given(desk: &Desk<'_, '_>, item: u32) -> &'static str {
    let request = &desk.stored.request;
    let right = request.item(item).and_then(|item| desk.rules.policy.right(&item.right));
    let relays = right.is_some_and(|right| right.relayed);
    match (request.language.starts_with("zh"), relays) {
        (true, true) => "自本信之日起，已在我们的全部系统中办理完毕。",
        (true, false) => {
            "您的手机号码来自您2024年在我们网上商城填写的注册信息；除为您送货的快递公司外，我们没有提供给其他公司。"
        }
        (false, true) => "Done in all our systems on the day of this letter.",
        (false, false) => {
            "Your data come from your own registration in our shop in 2024; only the courier who delivered to you received any of them."
        }
    }
}

/// The last exemption of the list: in the default policy, harm to other people.
fn exemption(desk: &Desk<'_, '_>) -> Result<ExemptionId, StepError> {
    let last = desk
        .rules
        .policy
        .exemptions
        .last()
        .map(|exemption| exemption.id.clone());
    last.ok_or_else(|| StepError::Letter("The policy has no exemption to show.".to_owned()))
}

fn no_method() -> StepError {
    StepError::Letter("The policy has no way to identify someone.".to_owned())
}
