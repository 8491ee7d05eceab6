//! The page of the files, made from the request: what leaves, what was found in it, and what is still missing.

use super::gate::{Card, MORE};
use super::own::Known;
use super::page::{EnclosureView, FindingView, HandoverPage, OfferView, OwnView, PackageView};
use crate::disclosure::{FileKind, Finding, Group, Remedy};
use crate::domain::decide::release::needs_second_person;
use crate::domain::identifier::{Identifier, IdentifierKind};
use crate::domain::identity::Contact;
use crate::domain::moves::{Move as Step, moves};
use crate::domain::release::{Enclosure, Package};
use crate::domain::request::Identity;
use crate::domain::rules::Rules;
use crate::store::files::KeptFile;
use crate::store::requests::Stored;
use crate::web::door::session::Signed;
use crate::web::frame::Frame;
use crate::web::frame::look::{Fact, Tone};
use crate::web::frame::say::{Say, choices};
use crate::web::frame::words::Words;

/// The moves of this page.
const OURS: [Step; 8] = [
    Step::RecordIdentifier,
    Step::Enclose,
    Step::TakeOut,
    Step::OverrideFinding,
    Step::MarkHighRisk,
    Step::ApproveRelease,
    Step::Release,
    Step::RevokePackage,
];

/// An enclosed file, what is kept of it, and by the id of a finding the reason for which it stands.
pub(super) type EnclosedFile = (KeptFile, Card, Vec<(String, String)>);

/// Everything that the page is made from.
pub(super) struct Shown {
    pub stored: Stored,
    /// The words of what is recorded as the requester's own, in the order of the numbers.
    pub known: Vec<Known>,
    /// The enclosed files with what is kept of them, in the order of their numbers.
    pub enclosed: Vec<EnclosedFile>,
    /// The files of the request that are not enclosed.
    pub others: Vec<KeptFile>,
}

pub(super) fn page(frame: Frame, who: &Signed, say: &Say<'_>, shown: &Shown, rules: Rules<'_>) -> HandoverPage {
    let request = &shown.stored.request;
    let request_path = format!("/requests/{}", request.reference);
    let open = moves(request, who.actor(), rules.policy);
    let why = |step: Step| {
        let found = open.iter().find(|(known, _)| *known == step);
        let refusal = found.and_then(|(_, may)| may.as_ref().err());
        let sentence = refusal.map(|refusal| say.words.t(&format!("refusal-{}", refusal.code())));
        (step.as_str(), sentence.unwrap_or_default())
    };
    let enclosures = request.release.enclosures.iter().zip(&shown.enclosed);
    HandoverPage {
        path: format!("{request_path}/handover"),
        request_path,
        seq: shown.stored.seq,
        reference: request.reference.clone(),
        requester: say.requester(&shown.stored.card.name, &shown.stored.card.address),
        receiver: receiver(say, shown, rules),
        own: request
            .identifiers
            .iter()
            .zip(&shown.known)
            .map(|(own, known)| identifier(say, shown, own, known))
            .collect(),
        own_kinds: choices(
            &say.words,
            "identifier",
            IdentifierKind::ALL.map(IdentifierKind::as_str),
            "",
        ),
        enclosures: enclosures
            .map(|(enclosure, (file, card, reasons))| enclosed(say, enclosure, file, card, reasons))
            .collect(),
        offers: shown.others.iter().map(|file| offer(say, shown, file)).collect(),
        packages: request
            .release
            .packages
            .iter()
            .rev()
            .map(|package| sent(say, shown, package))
            .collect(),
        second: second(say, shown, rules),
        moves: OURS.into_iter().map(why).collect(),
        frame,
    }
}

fn receiver(say: &Say<'_>, shown: &Shown, rules: Rules<'_>) -> Vec<Fact> {
    let (words, request, card) = (&say.words, &shown.stored.request, &shown.stored.card);
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let contact = match &request.contact {
        Contact::Confirmed { at, .. } if request.has_confirmed_contact() => {
            words.with("handover-contact-confirmed", "at", &say.at(*at, &request.policy))
        }
        Contact::Confirmed { .. } | Contact::Unconfirmed => words.t("handover-contact-open"),
    };
    let identity = match &request.identity {
        Identity::Confirmed { method, .. } => {
            let method = rules.policy.method(method);
            let name = method.map(|method| method.name.text(say.tag())).unwrap_or_default();
            words.with("identity-confirmed", "method", name)
        }
        Identity::Open | Identity::Asked { .. } | Identity::NotProven { .. } => words.t("identity-open"),
    };
    let mut facts = vec![
        fact("fact-requester", say.requester(&card.name, &card.address)),
        fact(
            "fact-address",
            if card.address.is_empty() {
                words.t("no-address")
            } else {
                card.address.clone()
            },
        ),
        fact("handover-contact", contact),
        fact("fact-identity", identity),
    ];
    if let Some(until) = request.held_until(rules.policy).filter(|until| say.now < *until) {
        facts.push(fact("handover-held", say.at(until, &request.policy)));
    }
    facts
}

fn identifier(say: &Say<'_>, shown: &Shown, own: &Identifier, known: &Known) -> OwnView {
    OwnView {
        no: own.number,
        kind: say.words.t(&format!("identifier-{}", own.kind.as_str())),
        text: known.text.clone(),
        source: known.source.clone(),
        signed: say.words.a(
            "signed",
            &[
                ("name", &say.name(own.by)),
                ("at", &say.at(own.at, &shown.stored.request.policy)),
            ],
        ),
    }
}

fn enclosed(
    say: &Say<'_>,
    enclosure: &Enclosure,
    file: &KeptFile,
    card: &Card,
    reasons: &[(String, String)],
) -> EnclosureView {
    let words = &say.words;
    let open = enclosure
        .findings
        .iter()
        .filter(|finding| finding.overridden.is_none())
        .count();
    let (standing, tone) = match (open, enclosure.findings.len()) {
        (_, 0) => (words.t("handover-clean"), Tone::Done),
        (0, _) => (words.t("handover-answered"), Tone::Soon),
        (open, _) => (
            words.n("handover-open", u32::try_from(open).unwrap_or(u32::MAX)),
            Tone::Late,
        ),
    };
    let views: Vec<FindingView> = enclosure
        .findings
        .iter()
        .map(|known| {
            let overridden = known.overridden.as_ref().map(|given| {
                let reason = reasons.iter().find(|(id, _)| *id == known.id);
                let args = [
                    ("name", say.name(given.by)),
                    ("reason", reason.map(|(_, reason)| reason.clone()).unwrap_or_default()),
                ];
                words.a(
                    "handover-overridden",
                    &args.each_ref().map(|(name, value)| (*name, value.as_str())),
                )
            });
            let finding = card.report.findings.iter().find(|finding| finding.id == known.id);
            found(say, &known.id, finding, overridden)
        })
        .collect();
    EnclosureView {
        no: enclosure.number,
        name: named(say, file),
        about: card.about.clone(),
        facts: format!("{} · {}", size(file.size), say.name(enclosure.by)),
        standing,
        tone,
        removed: card.removed.clone(),
        own: card.own.iter().map(|finding| own(words, finding)).collect(),
        removable: views.iter().any(|view| view.removable),
        has_areas: matches!(card.report.file_kind, FileKind::Pdf | FileKind::Png | FileKind::Jpeg),
        findings: views,
    }
}

fn found(say: &Say<'_>, id: &str, finding: Option<&Finding>, overridden: Option<String>) -> FindingView {
    let words = &say.words;
    let tone = match (&overridden, finding.map(|finding| finding.kind.group())) {
        (Some(_), _) => Tone::Quiet,
        (None, Some(Group::NotCheckable)) => Tone::Today,
        (None, _) => Tone::Late,
    };
    let Some(finding) = finding else {
        // Either there was more than is listed, or the report is another one; both are answered for.
        let key = if id == MORE {
            "handover-more"
        } else {
            "handover-unlisted"
        };
        return FindingView {
            id: id.to_owned(),
            kind: words.t(key),
            why: String::new(),
            place: String::new(),
            excerpt: String::new(),
            tone,
            removable: false,
            overridden,
        };
    };
    let kind = finding.kind.as_str();
    FindingView {
        id: id.to_owned(),
        kind: words.t(&format!("disclosure-{kind}")),
        why: words.t(&format!("disclosure-{kind}-why")),
        place: super::words::place(words, &finding.place),
        excerpt: finding.excerpt.clone(),
        tone,
        removable: finding.remedy != Remedy::Decide && overridden.is_none(),
        overridden,
    }
}

/// What was found and is the requester's own.
fn own(words: &Words, finding: &Finding) -> String {
    let kind = words.t(&format!("disclosure-{}-mark", finding.kind.as_str()));
    let place = super::words::place(words, &finding.place);
    words.a(
        "handover-own",
        &[("kind", &kind), ("place", &place), ("excerpt", &finding.excerpt)],
    )
}

fn offer(say: &Say<'_>, shown: &Shown, file: &KeptFile) -> OfferView {
    let what = say.words.t(&format!("file-{}", file.purpose.as_str()));
    OfferView {
        id: file.id,
        name: named(say, file),
        facts: format!(
            "{what} · {} · {}",
            say.at(file.kept_at, &shown.stored.request.policy),
            size(file.size)
        ),
    }
}

fn sent(say: &Say<'_>, shown: &Shown, package: &Package) -> PackageView {
    let stamp = &shown.stored.request.policy;
    let standing = match package.ended {
        None => {
            let args = [
                ("at", say.at(package.expires_at, stamp)),
                ("left", package.left.to_string()),
            ];
            say.words.a(
                "handover-package-live",
                &args.each_ref().map(|(name, value)| (*name, value.as_str())),
            )
        }
        Some(why) => say.words.t(&format!("handover-package-{}", why.as_str())),
    };
    PackageView {
        no: package.number,
        words: format!("{} · {standing}", say.at(package.released_at, stamp)),
        tone: if package.ended.is_none() {
            Tone::Calm
        } else {
            Tone::Done
        },
        is_live: package.ended.is_none(),
    }
}

fn second(say: &Say<'_>, shown: &Shown, rules: Rules<'_>) -> String {
    let request = &shown.stored.request;
    match request.release.approved_by {
        Some(by) => say.words.with("handover-second-given", "name", &say.name(by)),
        None if needs_second_person(request, rules.policy) => say.words.t("handover-second-due"),
        None => say.words.t("handover-second-none"),
    }
}

fn named(say: &Say<'_>, file: &KeptFile) -> String {
    match &file.name {
        Some(name) if !name.is_empty() => name.clone(),
        Some(_) | None => say.words.t("file-unnamed"),
    }
}

/// A size as people say it; a binary megabyte is called MB, as everywhere.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} kB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}
