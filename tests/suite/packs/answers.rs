//! Every answer that a pack can be asked for: each exemption for each right, in each language and with each outcome.

use habeas::domain::letter::{
    CaseFacts, ItemFacts, LetterText, Occasion, OutcomeWord, RequiredKind, RequiredPart, RestrictionFacts, compose,
    lost, required,
};
use habeas::domain::policy::{Exemption, Pack, Right};

use super::letters::{case, item};
use super::{day, pack, shelf};

/// An answer on one item, refused as far as the outcome refuses for one exemption alone.
fn facts(pack: &Pack, right: &Right, exemption: &Exemption, outcome: OutcomeWord) -> CaseFacts {
    let refuses = matches!(outcome, OutcomeWord::PartlyGranted | OutcomeWord::Refused);
    let item = ItemFacts {
        exemptions: if refuses {
            vec![exemption.id.clone()]
        } else {
            Vec::new()
        },
        ground: pack
            .policy
            .grounds
            .first()
            .filter(|_| right.needs_ground)
            .map(|ground| ground.id.clone()),
        reason: "WHY-NOT".to_owned(),
        given: "STILL-GIVEN".to_owned(),
        restriction: (outcome == OutcomeWord::Restricted).then(|| RestrictionFacts {
            until: day("2031-12-31"),
            duties: pack
                .policy
                .retention_duties
                .iter()
                .map(|duty| duty.id.clone())
                .collect(),
        }),
        ..item(right, outcome)
    };
    CaseFacts {
        items: vec![item],
        ..case(pack)
    }
}

/// The outcomes that a policy can come to: a restriction only where some duty to keep data is known.
fn outcomes(pack: &Pack) -> impl Iterator<Item = OutcomeWord> {
    let keeps = !pack.policy.retention_duties.is_empty();
    OutcomeWord::ALL
        .into_iter()
        .filter(move |outcome| keeps || *outcome != OutcomeWord::Restricted)
}

fn text(letter: &LetterText) -> String {
    format!("{}\n{}", letter.subject, letter.body)
}

#[test]
fn each_exemption_for_each_right_in_each_language_and_with_each_outcome_is_a_whole_letter() {
    let mut count = 0;
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        let policy = &pack.policy;
        for language in &policy.languages {
            for (right, exemption) in policy
                .rights
                .iter()
                .flat_map(|right| policy.exemptions.iter().map(move |exemption| (right, exemption)))
            {
                for outcome in outcomes(pack) {
                    let facts = facts(pack, right, exemption, outcome);
                    let letter = compose(pack, language, Occasion::Answer, &facts)
                        .unwrap_or_else(|lacks| panic!("{} {language} {} {outcome:?}: {lacks}", policy.id, right.id));
                    let text = text(&letter);
                    let place = format!(
                        "{} {language} {} {} {outcome:?}:\n{text}",
                        policy.id, right.id, exemption.id
                    );
                    assert!(!text.contains(['{', '}']), "a placeholder is left in {place}");
                    assert!(text.contains(right.name.text(language)), "no right in {place}");
                    if matches!(outcome, OutcomeWord::PartlyGranted | OutcomeWord::Refused) {
                        assert!(text.contains(exemption.name.text(language)), "no exemption in {place}");
                        for source in &exemption.sources {
                            assert!(
                                text.contains(&policy.cite(source, language)),
                                "no legal basis in {place}"
                            );
                        }
                        assert!(text.contains("WHY-NOT"), "no facts in {place}");
                    }
                    if matches!(outcome, OutcomeWord::PartlyGranted | OutcomeWord::Restricted) {
                        assert!(text.contains("STILL-GIVEN"), "not what is given in {place}");
                    }
                    if outcome == OutcomeWord::Restricted {
                        assert!(text.contains("2031") && text.contains("WHY-NOT"), "no term in {place}");
                        for source in policy.retention_duties.iter().flat_map(|duty| &duty.sources) {
                            assert!(
                                text.contains(&policy.cite(source, language)),
                                "no legal basis in {place}"
                            );
                        }
                    }
                    if outcome != OutcomeWord::Granted {
                        for remedy in &policy.remedies {
                            assert!(text.contains(remedy.text.text(language)), "no remedy in {place}");
                            for source in &remedy.sources {
                                assert!(text.contains(&policy.cite(source, language)), "no article in {place}");
                            }
                        }
                    }
                    count += 1;
                }
            }
        }
    }
    assert!(count > 500, "only {count} letters were written");
}

#[test]
fn each_condition_in_each_language_is_named_with_its_source_and_what_is_given_all_the_same() {
    let mut packs = Vec::new();
    for loaded in shelf().packs() {
        let (pack, policy) = (&loaded.pack, &loaded.pack.policy);
        let conditions = policy
            .rights
            .iter()
            .flat_map(|right| right.conditions.iter().map(move |condition| (right, condition)));
        for (right, condition) in conditions {
            packs.push(policy.id.clone());
            for (language, outcome) in policy.languages.iter().flat_map(|language| {
                [OutcomeWord::PartlyGranted, OutcomeWord::Refused].map(|outcome| (language, outcome))
            }) {
                // The condition on identity is named beside the proof that is missing.
                let item = ItemFacts {
                    conditions: Some(condition.id.clone())
                        .filter(|_| !condition.identity)
                        .into_iter()
                        .collect(),
                    identity_not_proven: condition.identity,
                    reason: "WHY-NOT".to_owned(),
                    given: "A-COPY-INSTEAD".to_owned(),
                    ..item(right, outcome)
                };
                let items = vec![item];
                let facts = CaseFacts { items, ..case(pack) };
                let letter = compose(pack, language, Occasion::Answer, &facts).unwrap();
                let text = text(&letter);
                let place = format!("{} {language} {} {outcome:?}:\n{text}", policy.id, condition.id);
                assert!(text.contains(condition.name.text(language)), "no condition in {place}");
                assert!(!condition.sources.is_empty());
                for source in &condition.sources {
                    assert!(
                        text.contains(&policy.cite(source, language)),
                        "no legal basis in {place}"
                    );
                }
                assert!(text.contains("A-COPY-INSTEAD"), "not what is given in {place}");
                let parts = required(pack, language, Occasion::Answer, &facts).unwrap();
                let of_basis = parts.iter().filter(|part| part.kind == RequiredKind::Basis);
                assert!(
                    of_basis
                        .clone()
                        .any(|part| part.text.contains(condition.name.text(language))),
                    "the condition can be taken out of {place}"
                );
            }
        }
    }
    packs.dedup();
    assert_eq!(packs, ["cn-statement", "eu-gdpr", "uk-gdpr"]);
}

/// The letter without one of its parts, wherever it says it.
fn without(letter: &LetterText, part: &RequiredPart) -> LetterText {
    let words = part.text.trim_start_matches("- ");
    LetterText {
        subject: letter.subject.replace(words, ""),
        body: letter.body.replace(words, ""),
        language: letter.language.clone(),
    }
}

#[test]
fn what_a_reader_is_owed_cannot_be_taken_out_of_a_letter() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        let exemption = pack.policy.exemptions.last().unwrap();
        for language in &pack.policy.languages {
            for right in &pack.policy.rights {
                for outcome in outcomes(pack) {
                    let facts = facts(pack, right, exemption, outcome);
                    let letter = compose(pack, language, Occasion::Answer, &facts).unwrap();
                    let parts = required(pack, language, Occasion::Answer, &facts).unwrap();
                    assert_eq!(lost(&parts, &letter), Vec::<&RequiredPart>::new(), "{outcome:?}");
                    for part in &parts {
                        let harmed = without(&letter, part);
                        let named: Vec<RequiredKind> = lost(&parts, &harmed).iter().map(|part| part.kind).collect();
                        assert!(named.contains(&part.kind), "{part:?} can go from\n{}", harmed.body);
                    }
                    let kinds: Vec<RequiredKind> = parts.iter().map(|part| part.kind).collect();
                    let mut owed = vec![RequiredKind::Reference, RequiredKind::Outcome, RequiredKind::Contact];
                    if matches!(outcome, OutcomeWord::PartlyGranted | OutcomeWord::Refused) {
                        owed.extend([RequiredKind::Reason, RequiredKind::Basis]);
                    }
                    if matches!(outcome, OutcomeWord::PartlyGranted | OutcomeWord::Restricted) {
                        owed.push(RequiredKind::Given);
                    }
                    if outcome == OutcomeWord::Restricted {
                        owed.extend([RequiredKind::Reason, RequiredKind::Basis, RequiredKind::Until]);
                    }
                    if outcome != OutcomeWord::Granted {
                        owed.push(RequiredKind::Remedy);
                    }
                    for kind in owed {
                        assert!(kinds.contains(&kind), "{kind:?} is not held to in {outcome:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn other_words_around_what_is_owed_are_the_officers() {
    let loaded = pack("cn-statement");
    let pack = &loaded.pack;
    let (right, exemption) = (&pack.policy.rights[1], pack.policy.exemptions.last().unwrap());
    let facts = facts(pack, right, exemption, OutcomeWord::PartlyGranted);
    let parts = required(pack, "en", Occasion::Answer, &facts).unwrap();
    let letter = compose(pack, "en", Occasion::Answer, &facts).unwrap();
    let rewritten = LetterText {
        body: letter
            .body
            .replace(
                "We have looked into each point. This is our answer.",
                "Here is what we found.",
            )
            .replace(
                "What we cannot do, and why: ",
                "One thing we\ncannot do, for this reason:\n",
            )
            .replace("Kind regards", "With kind regards")
            .replace("- You can", "You can"),
        ..letter
    };
    assert_eq!(lost(&parts, &rewritten), Vec::<&RequiredPart>::new());
}

#[test]
fn two_items_refused_for_one_reason_each_say_it() {
    let loaded = pack("cn-statement");
    let pack = &loaded.pack;
    let exemption = pack.policy.exemptions.last().unwrap();
    let mut facts = facts(pack, &pack.policy.rights[1], exemption, OutcomeWord::Refused);
    let second = ItemFacts {
        right: pack.policy.rights[2].id.clone(),
        ..facts.items[0].clone()
    };
    facts.items.push(second);
    let parts = required(pack, "en", Occasion::Answer, &facts).unwrap();
    let letter = compose(pack, "en", Occasion::Answer, &facts).unwrap();
    let once = LetterText {
        body: letter.body.replacen("WHY-NOT", "", 1),
        ..letter
    };
    let kinds: Vec<RequiredKind> = lost(&parts, &once).iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [RequiredKind::Reason]);
}

#[test]
fn who_writes_in_another_language_gets_the_letter_in_two_and_both_say_so() {
    let loaded = pack("cn-statement");
    let pack = &loaded.pack;
    let (right, exemption) = (&pack.policy.rights[1], pack.policy.exemptions.last().unwrap());
    let facts = CaseFacts {
        requester_name: "Amélie Dubois".to_owned(),
        ..facts(pack, right, exemption, OutcomeWord::PartlyGranted)
    };
    let letter = compose(pack, "fr", Occasion::Answer, &facts).unwrap();
    assert_eq!(letter.languages().collect::<Vec<_>>(), ["en", "zh-Hans"]);
    for language in ["en", "zh-Hans"] {
        let one = compose(pack, language, Occasion::Answer, &facts).unwrap();
        assert!(letter.body.contains(one.body.trim()), "{}", letter.body);
        assert!(letter.subject.contains(&one.subject), "{}", letter.subject);
    }
    // What is owed is owed in both halves.
    let parts = required(pack, "fr", Occasion::Answer, &facts).unwrap();
    assert_eq!(lost(&parts, &letter), Vec::<&RequiredPart>::new());
    let half = compose(pack, "en", Occasion::Answer, &facts).unwrap();
    assert!(!lost(&parts, &half).is_empty());
    insta::assert_snapshot!("answer.fr", text(&letter));

    for (wanted, languages) in [
        ("en", &["en"][..]),
        ("zh-Hant", &["zh-Hans"]),
        ("de", &["en", "zh-Hans"]),
        ("", &["en"]),
    ] {
        let letter = compose(pack, wanted, Occasion::Answer, &facts).unwrap();
        assert_eq!(letter.languages().collect::<Vec<_>>(), languages, "{wanted}");
    }
}

#[test]
fn a_letter_reads_back_as_it_was_kept() {
    let loaded = pack("cn-statement");
    let right = &loaded.pack.policy.rights[1];
    let exemption = loaded.pack.policy.exemptions.last().unwrap();
    let facts = facts(&loaded.pack, right, exemption, OutcomeWord::Refused);
    for language in ["en", "zh-Hans", "fr"] {
        let letter = compose(&loaded.pack, language, Occasion::Answer, &facts).unwrap();
        assert_eq!(LetterText::read(&letter.written()), Some(letter));
    }
    assert_eq!(LetterText::read("Dear Lin,\n\nYes."), None);
}
