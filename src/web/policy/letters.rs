//! The letters of a policy as they read with made-up facts.

use chrono::{Days, NaiveDate};

use super::{LetterSample, Told};
use crate::domain::deadline::Standing;
use crate::domain::letter::{
    self, CaseFacts, ClockWord, ExtensionFacts, Heading, ItemFacts, LetterText, News, Occasion, OutcomeWord, TaskFacts,
};
use crate::domain::policy::OnBehalfId;
use crate::house::House;
use crate::packs::LoadedPack;
use crate::web::frame::words::{Language, Words};

impl Told<'_> {
    /// Each letter in each language, with made-up facts; those that this policy has no use for are left out.
    pub(super) fn letters(self, house: &House, pack: &LoadedPack, today: NaiveDate) -> Vec<LetterSample> {
        let pack = &pack.pack;
        let mut samples = Vec::new();
        for &occasion in Occasion::ALL {
            for language in &self.policy.languages {
                let facts = self.sample(house, today, language);
                let title = format!("occasion-{}", occasion_key(occasion));
                let written = letter::compose(pack, language, occasion, &facts).ok();
                samples.extend(written.map(|text| self.shown(&title, language, text)));
            }
        }
        let count = self.news(today, self.tag()).len();
        for index in 0..count {
            for language in &self.policy.languages {
                let Some(news) = self.news(today, language).into_iter().nth(index) else {
                    continue;
                };
                let title = format!("letter-{}", news.name());
                let written = letter::compose_news(pack, language, &self.heading(house, today, language), &news).ok();
                samples.extend(written.map(|text| self.shown(&title, language, text)));
            }
        }
        samples
    }

    fn shown(self, title: &str, language: &str, text: LetterText) -> LetterSample {
        LetterSample {
            title: self.words.t(title),
            language: self.words.t(&format!("language-{language}")),
            tag: language.to_owned(),
            subject: text.subject,
            text: text.body.trim().to_owned(),
        }
    }

    /// The words of made-up facts, in the language of the letter.
    fn free_words(self, language: &str) -> Words {
        Words::of(Language::of_tag(language).unwrap_or(self.words.language))
    }

    fn heading(self, house: &House, today: NaiveDate, language: &str) -> Heading {
        Heading {
            name: self.free_words(language).t("sample-name"),
            reference: sample_reference(today),
            controller: house.settings.controller.name.clone(),
            contact: house.settings.controller.contact.clone(),
        }
    }

    /// Each short letter's made-up news.
    fn news(self, today: NaiveDate, language: &str) -> Vec<News> {
        let words = self.free_words(language);
        let name = words.t("sample-name");
        let reason = words.t("sample-reason");
        let due_on = today + Days::new(20);
        let until = today + Days::new(14);
        let relayed = self.policy.rights.iter().filter(|right| right.relayed);
        let rights: Vec<_> = relayed.take(1).map(|right| right.id.clone()).collect();
        let on_behalf = self.policy.on_behalf.iter().find(|rule| !rule.id.is_self());
        let (address, hours, minutes) = ("name@example.com".to_owned(), 72, 10);
        let (code, link) = ("31415926".to_owned(), "https://example.com/…".to_owned());
        let task = TaskFacts {
            system: words.t("sample-system"),
            rights: rights.clone(),
            due_on: until,
            standing: letter::standing(language, Standing::DaysLeft { working_days: 3 }),
            link: link.clone(),
        };
        let mut news = vec![
            News::ChallengeCode {
                code: code.clone(),
                minutes,
            },
            News::AddressConfirmation {
                link: link.clone(),
                code,
                minutes,
            },
            News::AddressChangedOld {
                address: address.clone(),
                hours,
            },
            News::AddressChangedNew { address, hours },
            News::Clarification {
                question: words.t("sample-question"),
                clock: ClockWord::Runs(due_on),
            },
            News::PauseNotice {
                reason: reason.clone(),
                since: today,
            },
            News::ResumptionNotice { due_on },
            News::DocumentDestroyed { destroyed_on: today },
        ];
        news.extend(on_behalf.map(|rule| News::SubjectInformed {
            asked_by: name.clone(),
            on_behalf: rule.id.clone(),
            rights: rights.clone(),
        }));
        news.extend([
            News::PackageReady {
                link: link.clone(),
                until,
                downloads: 5,
            },
            News::PackageWithdrawn { reason },
            News::Closure {
                closed_on: today,
                kept_until: due_on,
                reply: String::new(),
            },
            News::ComplaintReceived {
                about: sample_reference(today),
                due_on,
            },
            News::RecipientNotice {
                recipient: words.t("sample-recipient"),
                rights,
                details: words.t("sample-details"),
                link,
            },
            News::Task(task.clone()),
            News::TaskReminder(task.clone()),
            News::TaskOver {
                system: task.system.clone(),
                rights: task.rights.clone(),
            },
            News::TaskEscalation { owner: name, task },
        ]);
        news
    }

    /// One right granted, one refused where the policy can refuse; the free words in the language of the letter.
    fn sample(self, house: &House, today: NaiveDate, language: &str) -> CaseFacts {
        let words = self.free_words(language);
        let rights: Vec<_> = self
            .policy
            .rights
            .iter()
            .take(2)
            .map(|right| right.id.clone())
            .collect();
        let exemption = self.policy.exemptions.last().map(|exemption| exemption.id.clone());
        let items = rights
            .iter()
            .zip([OutcomeWord::Granted, OutcomeWord::Refused])
            .map(|(right, outcome)| ItemFacts {
                right: right.clone(),
                ground: None,
                outcome,
                exemptions: exemption
                    .iter()
                    .filter(|_| outcome == OutcomeWord::Refused)
                    .cloned()
                    .collect(),
                conditions: Vec::new(),
                missing_ground: false,
                identity_not_proven: false,
                restriction: None,
                effective_at: None,
                reason: words.t("sample-reason"),
                given: words.t("sample-given"),
            });
        let items = items
            .filter(|item| item.outcome == OutcomeWord::Granted || !item.exemptions.is_empty())
            .collect();
        let due_on = today + Days::new(20);
        CaseFacts {
            reference: sample_reference(today),
            requester_name: words.t("sample-name"),
            received_on: today,
            due_on,
            provisional: false,
            written_on: today,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            subject_name: String::new(),
            evidence_wanted: Vec::new(),
            method: self.policy.identity.first().map(|method| method.id.clone()),
            data: Vec::new(),
            right_ids: rights,
            items,
            extension: self.policy.extension.as_ref().map(|_| ExtensionFacts {
                due_on: due_on + Days::new(30),
                reason: words.t("sample-reason"),
            }),
            reply: words.t("sample-reply"),
            controller: house.settings.controller.name.clone(),
            contact: house.settings.controller.contact.clone(),
        }
    }
}

fn sample_reference(today: NaiveDate) -> String {
    format!("DSR-{}-000123", today.format("%Y"))
}

fn occasion_key(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Acknowledgement => "acknowledgement",
        Occasion::AcknowledgementUnclear => "acknowledgement-unclear",
        Occasion::Answer => "answer",
        Occasion::IdentityQuestion => "identity-question",
        Occasion::Note => "note",
        Occasion::ExtensionNotice => "extension-notice",
        Occasion::WithdrawalConfirmed => "withdrawal-confirmed",
    }
}
