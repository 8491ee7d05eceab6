//! Whether the portal takes as long for a person who is known as for one who is not, and answers the same: each form of the
//! way back to a request, sent in turn for both.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use chrono::{DateTime, TimeDelta};

use super::http::{cookies, get, hidden, post, wait};
use super::{Folder, house};
use crate::config::Settings;
use crate::house::House;
use crate::jobs::intake::{self, Arrival, Outcome};
use crate::jobs::portal::tend;
use crate::now::{Now, Stopwatch};
use crate::web;

/// Between two rounds, so that neither the codes of a day nor what one network may ask in an hour comes to an end.
const APART: TimeDelta = TimeDelta::hours(3);

/// Rounds that are not counted: the first answers of a program are slower than the rest.
const WARM_UP: usize = 20;

/// What is measured, in the order in which a visitor does it.
const STEPS: [&str; 3] = [
    "asks how a request stands",
    "tries a wrong code",
    "asks for another code",
];

/// Somebody who asks, and what came of it.
struct Asks {
    address: &'static str,
    reference: String,
    /// By step, the time of each round.
    times: [Vec<Duration>; 3],
    /// By step, the last answer without what is random in it.
    answers: [String; 3],
}

impl Asks {
    fn of(address: &'static str, reference: String) -> Self {
        Self {
            address,
            reference,
            times: Default::default(),
            answers: Default::default(),
        }
    }
}

/// Opens a request, and asks for it as its requester and as somebody who is not known.
///
/// # Errors
/// When the house fails, or answers differ.
pub fn run(rounds: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let plain = house(&folder.0)?;
    let micros = Arc::new(AtomicI64::new(plain.now.instant().timestamp_micros()));
    let told = Arc::clone(&micros);
    let clock = Now::told(move || DateTime::from_timestamp_micros(told.load(Ordering::Relaxed)).unwrap_or_default());
    let listen = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?;
    let settings = Settings {
        listen,
        base_url: format!("http://{listen}"),
        ..plain.settings.clone()
    };
    let shelf = (*plain.shelf()).clone();
    let house = Arc::new(House::new(plain.store.clone(), settings, clock, shelf)?);
    let reference = opened(&house)?;
    let served = Arc::clone(&house);
    std::thread::spawn(move || actix_web::rt::System::new().block_on(web::serve(served)));
    wait(listen)?;
    let unknown = reference.replace("00000", "99999");
    let mut people = [
        Asks::of("known@meadow.example", reference),
        Asks::of("other@meadow.example", unknown),
    ];
    for round in 0..rounds + WARM_UP {
        for asks in &mut people {
            let times = asked(listen, &house, asks)?;
            if round >= WARM_UP {
                for (kept, time) in asks.times.iter_mut().zip(times) {
                    kept.push(time);
                }
            }
        }
        people.reverse();
        micros.fetch_add(APART.num_microseconds().unwrap_or_default(), Ordering::Relaxed);
    }
    people.sort_by_key(|asks| asks.address);
    told_apart(&mut people, rounds, out)
}

/// The request of the one who is known.
fn opened(house: &House) -> anyhow::Result<String> {
    let raw = b"From: Known <known@meadow.example>\r\nSubject: My data\r\nMessage-ID: <1@meadow.example>\r\n\r\n\
        Please send me a copy of all personal data you hold about me.\r\n";
    let arrival = Arrival {
        grp: "bench".to_owned(),
        no: 1,
        place: "bench".to_owned(),
        received_at: None,
        raw: raw.to_vec(),
        whole_size: None,
    };
    let taken = intake::take(house, &[arrival])?.pop();
    match taken.map(|taken| taken.outcome) {
        Some(Outcome::Opened { reference, .. }) => Ok(reference),
        _ => anyhow::bail!("the mail of the measurement opened no request"),
    }
}

/// One way through the portal; what is left to be done is done in between by the job, as in a house.
fn asked(listen: SocketAddr, house: &House, asks: &mut Asks) -> anyhow::Result<[Duration; 3]> {
    let page = get(listen, "/portal/status", "")?;
    let (browser, stamp) = (cookies(&page), hidden(&page, "stamp").to_owned());
    let fields = [
        ("stamp", stamp.as_str()),
        ("address", asks.address),
        ("reference", asks.reference.as_str()),
    ];
    let (first, answer) = timed(|| post(listen, "/portal/status", &browser, &fields))?;
    let visit = cookies(&answer);
    let mut answers = [answer, String::new(), String::new()];
    tend(house)?;
    let page = get(listen, "/portal/code", &visit)?;
    let csrf = hidden(&page, "csrf").to_owned();
    let mut times = [first, Duration::ZERO, Duration::ZERO];
    let forms = [
        ("/portal/code", vec![("csrf", csrf.as_str()), ("code", "00000000")]),
        ("/portal/code/again", vec![("csrf", csrf.as_str())]),
    ];
    for ((path, fields), (time, kept)) in forms.iter().zip(times.iter_mut().zip(&mut answers).skip(1)) {
        (*time, *kept) = timed(|| post(listen, path, &visit, fields))?;
    }
    tend(house)?;
    let random = [csrf, visit, stamp];
    asks.answers = answers.map(|answer| without(&answer, asks.address, &random));
    Ok(times)
}

fn timed(work: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<(Duration, String)> {
    let watch = Stopwatch::start();
    let answer = work()?;
    let time = watch.elapsed();
    let head = answer.lines().next().unwrap_or_default();
    ensure!(
        ["HTTP/1.1 200", "HTTP/1.1 303"]
            .iter()
            .any(|good| head.starts_with(good)),
        "{head}"
    );
    Ok((time, answer))
}

/// An answer without what was typed and what is random: the order of its headers is, too.
fn without(answer: &str, address: &str, random: &[String]) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let differs = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !["set-cookie", "date"].contains(&name.as_str())
    };
    let mut kept: Vec<&str> = head.lines().filter(differs).collect();
    kept.sort_unstable();
    let kept = format!("{}\n\n{body}", kept.join("\n")).replace(address, "ADDRESS");
    random
        .iter()
        .filter(|one| !one.is_empty())
        .fold(kept, |text, one| text.replace(one, "RANDOM"))
}

fn told_apart(people: &mut [Asks; 2], rounds: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let [known, unknown] = people;
    writeln!(
        out,
        "{rounds} rounds, known and unknown in turn; median and 90th percentile:"
    )?;
    for (number, name) in STEPS.iter().enumerate() {
        let mut times = [Vec::new(), Vec::new()];
        for (kept, asks) in times.iter_mut().zip([&*known, &*unknown]) {
            kept.extend(asks.times.iter().skip(number).take(1).flatten().copied());
            kept.sort();
        }
        let at = |times: &[Duration], part: usize| {
            let place = times.len() * part / 100;
            times.get(place).or(times.last()).map_or(0.0, Duration::as_secs_f64) * 1000.0
        };
        let [of_known, of_unknown] = &times;
        writeln!(
            out,
            "  {name:<28} known {:>5.2} and {:>5.2} ms, unknown {:>5.2} and {:>5.2} ms; ratio {:.2}",
            at(of_known, 50),
            at(of_known, 90),
            at(of_unknown, 50),
            at(of_unknown, 90),
            at(of_known, 50) / at(of_unknown, 50).max(f64::MIN_POSITIVE)
        )?;
    }
    ensure!(known.answers == unknown.answers, "the answers differ");
    writeln!(
        out,
        "  the answers are the same, byte by byte, but for what was typed and what is random"
    )?;
    Ok(())
}
