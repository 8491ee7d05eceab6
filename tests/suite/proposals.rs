//! What follows from the findings on an item, row by row: never more "no" than they carry.

use chrono::{DateTime, NaiveDate};
use habeas::domain::assessment::{Assessment, Finding, Retention, Scope};
use habeas::domain::condition::{Check, Checked, Fulfilment};
use habeas::domain::item::{Item, Verdict};
use habeas::domain::moves::Refusal;
use habeas::domain::person::PersonId;
use habeas::domain::policy::{ConditionId, DutyId, ExemptionId, GroundId, RightId};
use habeas::domain::proposal::{Proposal, Reach, propose, reach};
use habeas::domain::request::Identity;
use habeas::domain::text::TextRef;

use crate::harness::rulebook::DEFAULT;

const MEI: PersonId = PersonId(1);
const TOM: PersonId = PersonId(2);

fn text(id: i64) -> TextRef {
    TextRef {
        id,
        commitment: format!("{id:064x}"),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn scope(word: &str) -> Scope {
    Scope::from_word(word).unwrap()
}

/// A finding as a row writes it: `abuse whole yes`, `criminal system:crm partly signed`.
fn finding(row: &str) -> Assessment {
    let words: Vec<&str> = row.split(' ').collect();
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == words[2]);
    Assessment {
        finding: Finding {
            exemption: ExemptionId::new(words[0]),
            scope: scope(words[1]),
            verdict: verdict.unwrap(),
            reason: text(1),
            evidence: Some(text(2)),
            still_given: Some(text(3)),
            review_on: None,
        },
        by: MEI,
        signed_by: words.get(3).map(|_| TOM),
    }
}

/// A duty as a row writes it: `tax whole 2035-12-31`.
fn retention(row: &str) -> Retention {
    let words: Vec<&str> = row.split(' ').collect();
    Retention {
        duty: DutyId::new(words[0]),
        scope: scope(words[1]),
        until: day(words[2]),
        reason: text(4),
        by: MEI,
    }
}

fn item(right: &str, findings: &[&str], duties: &[&str]) -> Item {
    let received_at = DateTime::parse_from_rfc3339("2026-03-02T01:00:00Z").unwrap().to_utc();
    Item {
        number: 1,
        right: RightId::new(right),
        received_at,
        deadline: DEFAULT
            .rules()
            .new_item(RightId::new(right), received_at, None)
            .deadline,
        message: None,
        ground: (right == "deletion").then(|| GroundId::new("retention-expired")),
        assessments: findings.iter().map(|row| finding(row)).collect(),
        conditions: vec![],
        retentions: duties.iter().map(|row| retention(row)).collect(),
        decision: None,
    }
}

fn partly(exemptions: &[&str], withheld: &[&str]) -> Proposal {
    Proposal::Partly {
        exemptions: exemptions.iter().map(|id| ExemptionId::new(id)).collect(),
        conditions: vec![],
        withheld: withheld.iter().map(|word| scope(word)).collect(),
    }
}

fn refused(exemptions: &[&str]) -> Proposal {
    Proposal::Refused {
        exemptions: exemptions.iter().map(|id| ExemptionId::new(id)).collect(),
        conditions: vec![],
    }
}

#[test]
fn the_proposal_is_the_narrowest_refusal_that_the_findings_carry() {
    let restricted = |duties: &[&str], until: &str, kept: &[&str]| Proposal::Restricted {
        duties: duties.iter().map(|id| DutyId::new(id)).collect(),
        until: day(until),
        kept: kept.iter().map(|word| scope(word)).collect(),
    };
    let rows: Vec<(&str, &[&str], &[&str], Proposal)> = vec![
        ("access", &[], &[], Proposal::Granted),
        ("access", &["abuse whole no"], &[], Proposal::Granted),
        ("access", &["abuse whole yes"], &[], refused(&["abuse"])),
        ("access", &["abuse whole partly"], &[], partly(&["abuse"], &["whole"])),
        (
            "access",
            &["third-party system:crm yes", "third-party whole no"],
            &[],
            partly(&["third-party"], &["system:crm"]),
        ),
        (
            "access",
            &["third-party system:crm yes", "third-party category:mail partly"],
            &[],
            partly(&["third-party"], &["system:crm", "category:mail"]),
        ),
        (
            "access",
            &["third-party system:crm yes", "abuse whole yes"],
            &[],
            refused(&["abuse"]),
        ),
        // A grave exemption counts for nothing until a second person has signed it.
        ("access", &["criminal whole yes"], &[], Proposal::Granted),
        ("access", &["criminal whole yes signed"], &[], refused(&["criminal"])),
        (
            "access",
            &["criminal whole yes", "third-party system:crm yes"],
            &[],
            partly(&["third-party"], &["system:crm"]),
        ),
        // What has to be kept is restricted until the last duty ends (PIPL 47(2)).
        (
            "deletion",
            &[],
            &["tax system:ledger 2035-12-31"],
            restricted(&["tax"], "2035-12-31", &["system:ledger"]),
        ),
        (
            "deletion",
            &[],
            &["tax whole 2035-12-31", "accounting whole 2055-12-31"],
            restricted(&["tax", "accounting"], "2055-12-31", &["whole"]),
        ),
        (
            "deletion",
            &["abuse whole no"],
            &["tax whole 2035-12-31"],
            restricted(&["tax"], "2035-12-31", &["whole"]),
        ),
    ];
    for (right, findings, duties, expected) in rows {
        let item = item(right, findings, duties);
        let proposed = propose(&item, &Identity::Open, DEFAULT.policy());
        assert_eq!(proposed.proposal, expected, "{right} {findings:?} {duties:?}");
    }
    let without_ground = Item {
        ground: None,
        ..item("deletion", &["abuse whole yes"], &[])
    };
    assert_eq!(
        propose(&without_ground, &Identity::Open, DEFAULT.policy()).proposal,
        Proposal::MissingGround
    );
}

/// A condition as a row writes it: `technically-feasible not-met`, `consent-or-contract partly given`.
fn checked(row: &str) -> Checked {
    let words: Vec<&str> = row.split(' ').collect();
    let fulfilment = Fulfilment::ALL.into_iter().find(|known| known.as_str() == words[1]);
    Checked {
        check: Check {
            condition: ConditionId::new(words[0]),
            fulfilment: fulfilment.unwrap(),
            evidence: text(5),
            still_given: words.get(2).map(|_| text(6)),
        },
        by: MEI,
    }
}

#[test]
fn a_right_owed_on_conditions_is_proposed_as_they_stand() {
    let ids = |ids: &[&str]| ids.iter().map(|id| ConditionId::new(id)).collect::<Vec<_>>();
    let shown = Identity::Confirmed {
        method: habeas::domain::policy::MethodId::new("known-facts"),
        by: Some(MEI),
    };
    let doubted = Identity::NotProven { reason: text(7) };
    let met = ["consent-or-contract met", "no-harm-to-others met"];
    let feasible = |word: &'static str| [&met[..], &[word][..]].concat();
    let rows: Vec<(&Identity, Vec<&str>, &[&str], Proposal)> = vec![
        (
            &Identity::Open,
            met.to_vec(),
            &[],
            Proposal::ConditionsOpen {
                open: ids(&["identity-verified", "technically-feasible"]),
            },
        ),
        (&shown, feasible("technically-feasible met"), &[], Proposal::Granted),
        (
            &doubted,
            feasible("technically-feasible met"),
            &[],
            Proposal::IdentityNotProven,
        ),
        (
            &shown,
            feasible("technically-feasible partly given"),
            &["abuse system:crm yes"],
            Proposal::Partly {
                exemptions: vec![ExemptionId::new("abuse")],
                conditions: ids(&["technically-feasible"]),
                withheld: vec![scope("system:crm")],
            },
        ),
        // A copy instead of the transfer is a partial grant; nothing instead is a refusal, whatever is still open.
        (
            &shown,
            feasible("technically-feasible not-met given"),
            &[],
            Proposal::Partly {
                exemptions: vec![],
                conditions: ids(&["technically-feasible"]),
                withheld: vec![],
            },
        ),
        (
            &Identity::Open,
            vec!["technically-feasible not-met"],
            &[],
            Proposal::Refused {
                exemptions: vec![],
                conditions: ids(&["technically-feasible"]),
            },
        ),
    ];
    for (identity, conditions, findings, expected) in rows {
        let item = Item {
            conditions: conditions.iter().map(|row| checked(row)).collect(),
            ..item("transfer", findings, &[])
        };
        let proposed = propose(&item, identity, DEFAULT.policy());
        assert_eq!(proposed.proposal, expected, "{identity:?} {conditions:?} {findings:?}");
    }
}

#[test]
fn a_refusal_reaches_as_far_as_what_it_cites_and_no_further() {
    let rows: Vec<(&[&str], &[&str], Result<Reach, Refusal>)> = vec![
        (&[], &[], Err(Refusal::NoBasis)),
        (&[], &["mood"], Err(Refusal::UnknownExemption)),
        (&[], &["abuse"], Err(Refusal::ExemptionNotAssessed)),
        (&["abuse whole no"], &["abuse"], Err(Refusal::ExemptionNotAssessed)),
        (&["abuse whole yes"], &["abuse"], Ok(Reach::Whole)),
        (&["abuse whole partly"], &["abuse"], Ok(Reach::Part)),
        (&["abuse system:crm yes"], &["abuse"], Ok(Reach::Part)),
        (
            &["abuse system:crm yes", "third-party category:mail yes"],
            &["abuse", "third-party"],
            Ok(Reach::Part),
        ),
        (&["criminal whole yes"], &["criminal"], Err(Refusal::SignatureMissing)),
        (
            &["criminal whole yes signed", "criminal system:crm yes"],
            &["criminal"],
            Err(Refusal::SignatureMissing),
        ),
        (&["criminal whole yes signed"], &["criminal"], Ok(Reach::Whole)),
    ];
    for (findings, cited, expected) in rows {
        let cited: Vec<ExemptionId> = cited.iter().map(|id| ExemptionId::new(id)).collect();
        let found = reach(&item("access", findings, &[]), &cited, DEFAULT.policy());
        assert_eq!(found, expected, "{findings:?} cited as {cited:?}");
    }
}
