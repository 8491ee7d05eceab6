//! What letters say, and when they cannot be written.

use habeas::domain::letter::{
    Alarm, AlarmLine, Alert, CaseFacts, Cause, Digest, ExtensionFacts, ItemFacts, MissingPart, Occasion, OutcomeWord,
    ReminderLine, RestrictionFacts, compose, compose_alarm, compose_digest, compose_reminder,
};
use habeas::domain::policy::{DutyId, ExemptionId, GroundId, MethodId, OnBehalfId, Pack, ReminderId, Right, RightId};

use super::{day, occasions, pack, shelf};

/// A case that any pack can write every letter about.
pub(super) fn case(pack: &Pack) -> CaseFacts {
    let policy = &pack.policy;
    let other = policy.on_behalf.iter().find(|rule| !rule.id.is_self()).unwrap();
    CaseFacts {
        reference: "DSR-2025-000123".to_owned(),
        requester_name: "Lin Xia".to_owned(),
        received_on: day("2025-09-30"),
        due_on: day("2025-10-28"),
        provisional: true,
        written_on: day("2025-10-29"),
        on_behalf: other.id.clone(),
        subject_name: String::new(),
        evidence_wanted: other.evidence.clone(),
        method: policy.identity.first().map(|method| method.id.clone()),
        data: policy.held_data.iter().map(|datum| datum.id.clone()).collect(),
        right_ids: policy.rights.iter().map(|right| right.id.clone()).collect(),
        items: policy
            .rights
            .iter()
            .map(|right| item(right, OutcomeWord::Granted))
            .collect(),
        extension: Some(ExtensionFacts {
            due_on: day("2025-12-30"),
            reason: "WHY-LONGER".to_owned(),
        }),
        reply: "OWN-WORDS".to_owned(),
        controller: "Example Ltd".to_owned(),
        contact: "privacy@example.com".to_owned(),
    }
}

pub(super) fn item(right: &Right, outcome: OutcomeWord) -> ItemFacts {
    ItemFacts {
        right: right.id.clone(),
        ground: None,
        outcome,
        exemptions: Vec::new(),
        conditions: Vec::new(),
        missing_ground: false,
        identity_not_proven: false,
        restriction: None,
        effective_at: None,
        reason: String::new(),
        given: String::new(),
    }
}

/// Everything a refusal can rest on.
fn refusal(pack: &Pack, right: &Right, outcome: OutcomeWord) -> ItemFacts {
    ItemFacts {
        exemptions: pack
            .policy
            .exemptions
            .iter()
            .map(|exemption| exemption.id.clone())
            .collect(),
        conditions: right.conditions.iter().map(|condition| condition.id.clone()).collect(),
        missing_ground: true,
        identity_not_proven: true,
        restriction: Some(RestrictionFacts {
            until: day("2035-12-31"),
            duties: pack
                .policy
                .retention_duties
                .iter()
                .map(|duty| duty.id.clone())
                .collect(),
        }),
        reason: "WHY-NOT".to_owned(),
        given: "STILL-GIVEN".to_owned(),
        ..item(right, outcome)
    }
}

#[test]
fn every_letter_can_be_written_in_each_language_of_each_pack() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        for language in &pack.policy.languages {
            for occasion in occasions(pack) {
                let letter = compose(pack, language, occasion, &case(pack)).unwrap();
                assert_eq!(letter.language, *language);
                assert!(letter.subject.contains("DSR-2025-000123"), "{}", letter.subject);
                assert!(letter.body.contains("privacy@example.com"), "{}", letter.body);
                assert!(
                    !letter.body.contains(['{', '}']) && !letter.subject.contains(['{', '}']),
                    "{letter:?}"
                );
                assert!(!letter.body.contains("\n\n\n"), "{}", letter.body);
            }
        }
    }
}

#[test]
fn the_acknowledgement_names_the_rights_the_dates_and_what_is_still_wanted() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        let letter = compose(pack, "en", Occasion::Acknowledgement, &case(pack)).unwrap();
        let firm = CaseFacts {
            provisional: false,
            evidence_wanted: Vec::new(),
            ..case(pack)
        };
        let plain = compose(pack, "en", Occasion::Acknowledgement, &firm).unwrap();
        for right in &pack.policy.rights {
            assert!(
                letter.body.contains(&format!("- {}\n", right.name.text("en"))),
                "{}",
                letter.body
            );
        }
        assert!(letter.body.contains("30 September 2025") && letter.body.contains("28 October 2025"));
        let evidence = pack
            .policy
            .on_behalf
            .iter()
            .flat_map(|rule| &rule.evidence)
            .next()
            .unwrap()
            .text("en");
        assert!(letter.body.contains(evidence) && !plain.body.contains(evidence));
        assert!(plain.body.len() < letter.body.len());
    }
}

#[test]
fn every_right_can_be_answered_with_every_outcome() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        for language in &pack.policy.languages {
            for right in &pack.policy.rights {
                for outcome in outcomes(pack) {
                    let items = vec![refusal(pack, right, outcome)];
                    let letter = compose(pack, language, Occasion::Answer, &CaseFacts { items, ..case(pack) }).unwrap();
                    let has = |words: &str| letter.body.contains(words);
                    assert!(
                        has(right.name.text(language)) && has("WHY-NOT") && has("STILL-GIVEN"),
                        "{}",
                        letter.body
                    );
                    let remedies = pack
                        .policy
                        .remedies
                        .iter()
                        .all(|remedy| has(remedy.text.text(language)));
                    assert_eq!(remedies, outcome != OutcomeWord::Granted, "{}", letter.body);
                }
            }
        }
    }
}

/// Every outcome that the pack knows: data are restricted only where a duty to keep them is known.
fn outcomes(pack: &Pack) -> impl Iterator<Item = OutcomeWord> {
    let restricts = !pack.policy.retention_duties.is_empty();
    let known = move |outcome: &OutcomeWord| restricts || *outcome != OutcomeWord::Restricted;
    OutcomeWord::ALL.into_iter().filter(known)
}

#[test]
fn a_restriction_names_its_end_every_duty_and_its_legal_basis_and_cannot_be_written_without() {
    let loaded = pack("cn-statement");
    let (pack, policy) = (&loaded.pack, &loaded.pack.policy);
    let right = policy.rights.iter().find(|right| right.yields_to_retention).unwrap();
    let restricted = refusal(pack, right, OutcomeWord::Restricted);
    let write = |language: &str, item: ItemFacts| {
        let items = vec![item];
        compose(pack, language, Occasion::Answer, &CaseFacts { items, ..case(pack) })
    };
    for (language, until) in [("en", "31 December 2035"), ("zh-Hans", "2035年12月31日")] {
        let body = write(language, restricted.clone()).unwrap().body;
        assert!(body.contains(until), "{body}");
        for duty in &policy.retention_duties {
            assert!(body.contains(duty.name.text(language)), "{body}");
            assert!(body.contains(&policy.cite(&duty.sources[0], language)), "{body}");
        }
    }
    let no_duty = ItemFacts {
        restriction: None,
        ..restricted.clone()
    };
    assert_eq!(write("en", no_duty), Err(MissingPart::Restriction(right.id.clone())));
    let no_reason = ItemFacts {
        reason: String::new(),
        ..restricted
    };
    assert_eq!(write("en", no_reason), Err(MissingPart::Reason(right.id.clone())));
}

#[test]
fn a_refusal_names_label_legal_basis_reason_and_every_remedy_with_its_article() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        let policy = &pack.policy;
        for language in &policy.languages {
            let items = vec![refusal(pack, &policy.rights[0], OutcomeWord::Refused)];
            let body = compose(pack, language, Occasion::Answer, &CaseFacts { items, ..case(pack) })
                .unwrap()
                .body;
            for exemption in &policy.exemptions {
                assert!(body.contains(exemption.name.text(language)), "{body}");
                for source in &exemption.sources {
                    assert!(body.contains(&policy.cite(source, language)), "{body}");
                }
            }
            for source in policy.remedies.iter().flat_map(|remedy| &remedy.sources) {
                assert!(body.contains(&policy.cite(source, language)), "{body}");
            }
            for ground in &policy.grounds {
                assert!(body.contains(ground.name.text(language)), "{body}");
            }
        }
    }
}

#[test]
fn a_refusal_that_lacks_reason_basis_or_remedy_cannot_be_written() {
    for loaded in shelf().packs() {
        let whole = Pack::clone(&loaded.pack);
        let right = whole.policy.rights[0].clone();
        for outcome in [OutcomeWord::Refused, OutcomeWord::PartlyGranted] {
            let refused = refusal(&whole, &right, outcome);
            let write = |pack: &Pack, item: ItemFacts| {
                let items = vec![item];
                compose(pack, "en", Occasion::Answer, &CaseFacts { items, ..case(pack) }).map(|_| ())
            };
            assert_eq!(write(&whole, refused.clone()), Ok(()));

            let no_reason = ItemFacts {
                reason: "  ".to_owned(),
                ..refused.clone()
            };
            assert_eq!(write(&whole, no_reason), Err(MissingPart::Reason(right.id.clone())));

            let no_basis = ItemFacts {
                exemptions: Vec::new(),
                conditions: Vec::new(),
                missing_ground: false,
                identity_not_proven: false,
                ..refused.clone()
            };
            assert_eq!(write(&whole, no_basis), Err(MissingPart::Basis(right.id.clone())));

            let mut no_remedy = whole.clone();
            no_remedy.policy.remedies.clear();
            assert_eq!(write(&no_remedy, refused.clone()), Err(MissingPart::Remedy));

            let mut no_law = whole.clone();
            no_law.policy.exemptions[0].sources.clear();
            let first = no_law.policy.exemptions[0].id.clone();
            assert_eq!(write(&no_law, refused.clone()), Err(MissingPart::LegalBasis(first)));

            let unknown = ItemFacts {
                exemptions: vec![ExemptionId::new("mood")],
                ..refused
            };
            assert_eq!(write(&whole, unknown), Err(MissingPart::Unknown("mood".to_owned())));
        }
        let nothing_given = ItemFacts {
            given: String::new(),
            ..refusal(&whole, &right, OutcomeWord::PartlyGranted)
        };
        let answer = CaseFacts {
            items: vec![nothing_given],
            ..case(&whole)
        };
        assert_eq!(
            compose(&whole, "en", Occasion::Answer, &answer),
            Err(MissingPart::Given(right.id))
        );
    }
}

#[test]
fn a_letter_without_anything_to_say_cannot_be_written() {
    let loaded = pack("one-month");
    let silent = CaseFacts {
        reply: String::new(),
        items: Vec::new(),
        right_ids: Vec::new(),
        method: None,
        data: Vec::new(),
        evidence_wanted: Vec::new(),
        extension: None,
        ..case(&loaded.pack)
    };
    for (occasion, missing) in [
        (Occasion::Acknowledgement, MissingPart::Items),
        (Occasion::Answer, MissingPart::Items),
        (Occasion::IdentityQuestion, MissingPart::Words),
        (Occasion::Note, MissingPart::Words),
        (Occasion::ExtensionNotice, MissingPart::Extension),
    ] {
        assert_eq!(
            compose(&loaded.pack, "en", occasion, &silent),
            Err(missing),
            "{occasion:?}"
        );
    }
}

#[test]
fn a_requesters_words_are_not_sent_on_to_whoever_the_mail_names() {
    let loaded = pack("cn-statement");
    let hostile = CaseFacts {
        requester_name: "Win at evil.example now".to_owned(),
        ..case(&loaded.pack)
    };
    let letter = compose(&loaded.pack, "en", Occasion::Acknowledgement, &hostile).unwrap();
    assert!(letter.body.starts_with("Hello,\n"), "{}", letter.body);
    assert!(!letter.body.contains("evil"), "{}", letter.body);
}

#[test]
fn letters_say_what_they_are_to_say() {
    let loaded = pack("cn-statement");
    for language in ["en", "zh-Hans"] {
        let case = story(&loaded.pack, language);
        for occasion in occasions(&loaded.pack) {
            let letter = compose(&loaded.pack, language, occasion, &case).unwrap();
            insta::assert_snapshot!(
                format!("{}.{language}", file_of(occasion)),
                format!("{}\n\n{}", letter.subject, letter.body)
            );
        }
    }
    let small = pack("one-month");
    for language in ["en", "de"] {
        let letter = compose(&small.pack, language, Occasion::ExtensionNotice, &case(&small.pack)).unwrap();
        insta::assert_snapshot!(
            format!("extension-notice.{language}"),
            format!("{}\n\n{}", letter.subject, letter.body)
        );
    }
}

#[test]
fn reminders_and_digests_say_what_they_are_to_say() {
    let loaded = pack("cn-statement");
    let line = |number: u32, standing: &str, rule: Option<&str>| ReminderLine {
        reference: format!("DSR-2025-{number:06}"),
        due_on: day(if standing.contains('3') {
            "2025-10-28"
        } else {
            "2025-10-22"
        }),
        standing: standing.to_owned(),
        cause: rule.map_or(Cause::Digest, |rule| Cause::Schedule(ReminderId::new(rule))),
        link: format!("https://habeas.example/requests/{number}"),
    };
    for (language, left, late) in [
        ("en", "3 working days left", "1 working day late"),
        ("zh-Hans", "还剩3个工作日", "已逾期1个工作日"),
    ] {
        let undelivered = ReminderLine {
            cause: Cause::Alert(Alert::LetterFailed),
            ..line(3, left, None)
        };
        let lines = [
            line(1, left, Some("due-in-3")),
            line(2, late, Some("late-1")),
            undelivered,
        ];
        let reminder = compose_reminder(&loaded.pack, language, &lines, "Lin Xia").unwrap();
        insta::assert_snapshot!(
            format!("reminder.{language}"),
            format!("{}\n\n{}", reminder.subject, reminder.body)
        );
        let digest = Digest {
            today: day("2025-10-23"),
            late: vec![line(2, late, None)],
            due: vec![line(1, left, None), line(3, left, None)],
            unread: Vec::new(),
            approval: vec![line(1, left, None)],
            quarantined: 2,
        };
        let digest = compose_digest(&loaded.pack, language, &digest, "Lin Xia").unwrap();
        insta::assert_snapshot!(
            format!("digest.{language}"),
            format!("{}\n\n{}", digest.subject, digest.body)
        );
        let alarms = [Alarm::NotTaken, Alarm::NotPlaced, Alarm::Silent].map(|alarm| AlarmLine {
            alarm,
            place: "privacy@imap.example/INBOX".to_owned(),
            number: 4711,
            since: "2025-10-23 09:15".to_owned(),
        });
        let link = "https://habeas.example/balance";
        let alarm = compose_alarm(&loaded.pack, language, &alarms, "Lin Xia", link).unwrap();
        insta::assert_snapshot!(
            format!("alarm.{language}"),
            format!("{}\n\n{}", alarm.subject, alarm.body)
        );
    }
}

/// The snapshot of a letter is called like the letter's file in a pack.
fn file_of(occasion: Occasion) -> &'static str {
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

/// One request that met every outcome, as an officer would write it.
fn story(pack: &Pack, language: &str) -> CaseFacts {
    let en = language == "en";
    let words = |english: &str, chinese: &str| if en { english.to_owned() } else { chinese.to_owned() };
    let right = |id: &str| pack.policy.right(&RightId::new(id)).unwrap();
    let items = vec![
        ItemFacts {
            given: words(
                "You can fetch all data we hold about you; the link comes in a message of its own.",
                "您可以下载我们持有的您的全部个人信息，下载链接另函发送。",
            ),
            ..item(right("access"), OutcomeWord::Granted)
        },
        ItemFacts {
            effective_at: day("2025-09-30").and_hms_opt(20, 15, 0),
            ..item(right("withdrawal"), OutcomeWord::Granted)
        },
        ItemFacts {
            ground: Some(GroundId::new("consent-withdrawn")),
            given: words(
                "Your newsletter address and your photo are deleted.",
                "已删除您的订阅邮箱和照片。",
            ),
            reason: words("Your invoices of 2025 are tax records.", "您2025年的发票属于涉税资料。"),
            restriction: Some(RestrictionFacts {
                until: day("2035-12-31"),
                duties: vec![DutyId::new("tax")],
            }),
            ..item(right("deletion"), OutcomeWord::Restricted)
        },
        ItemFacts {
            ground: Some(GroundId::new("consent-withdrawn")),
            given: words(
                "We deleted your profile, your photo and your newsletter address.",
                "已删除您的账号资料、照片和订阅邮箱。",
            ),
            reason: words(
                "Your letters of 3 May name another customer's illness.",
                "您5月3日的来信中载有另一位客户的病情。",
            ),
            exemptions: vec![ExemptionId::new("third-party")],
            ..item(right("deletion"), OutcomeWord::PartlyGranted)
        },
        ItemFacts {
            reason: words(
                "Your contract with us still runs, and these data are needed for it.",
                "您与我们的合同仍在履行，履约需要这些信息。",
            ),
            missing_ground: true,
            ..item(right("deletion"), OutcomeWord::Refused)
        },
        item(right("correction"), OutcomeWord::NothingHeld),
        ItemFacts {
            reason: words(
                "Please turn to Example Pay, who runs the payment page.",
                "请向运营支付页面的“示例支付”公司提出。",
            ),
            ..item(right("copy"), OutcomeWord::NotForUs)
        },
    ];
    let guardian = pack.policy.on_behalf(&OnBehalfId::new("guardian")).unwrap();
    CaseFacts {
        requester_name: words("Lin Xia", "林夏"),
        on_behalf: guardian.id.clone(),
        evidence_wanted: guardian.evidence.clone(),
        method: Some(MethodId::new("known-facts")),
        data: pack
            .policy
            .held_data
            .iter()
            .map(|datum| datum.id.clone())
            .take(2)
            .collect(),
        right_ids: ["access", "withdrawal", "deletion"].map(RightId::new).into(),
        items,
        extension: None,
        reply: words(
            "Thank you for your patience over the holidays.",
            "感谢您在假期中的耐心等待。",
        ),
        controller: words("Example Trading Co., Ltd.", "示例商贸有限公司"),
        ..case(pack)
    }
}
