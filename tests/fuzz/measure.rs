//! What messages cost: reads and recognises each alone, and prints processor milliseconds, the most memory the process
//! had at once in MiB, and where the message is from.
//!
//! `measure PATH…` takes what `habeas intake` takes. `measure --bombs BYTES` makes each bomb at half that size and whole.
//! It ends with an error when one costs more than 2 s or 256 MiB, or when a bomb's cost grows faster than its size. Needs
//! Linux, which tells both figures.

#[path = "../suite/hostile/bombs.rs"]
mod bombs;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use habeas::domain::lexicon::Lexicon;
use habeas::mail::files::{self, Found};
use habeas::mail::parse::parse;
use habeas::mail::reading::Reading;
use habeas::packs::Shelf;

const MOST_MILLISECONDS: u64 = 2000;
const MOST_MIB: u64 = 256;
/// Below this, noise is larger than what is measured.
const SLACK_MILLISECONDS: u64 = 30;

/// What one message cost.
struct Cost {
    milliseconds: u64,
    mib: u64,
}

fn main() -> ExitCode {
    let shelf = Shelf::open(&[]).expect("the built-in packs are sound");
    let pack = shelf.pack(None).expect("there is a built-in pack");
    let lexicon = pack.lexicon().expect("its words are sound");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let too_much = match arguments.as_slice() {
        [option, size] if option == "--bombs" => {
            let size = size.parse().expect("--bombs takes a number of bytes");
            bombs::BOMBS
                .iter()
                .filter(|(name, make)| !is_defused(name, *make, size, lexicon))
                .count()
        }
        paths => {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            let messages = files::walk(&paths).filter_map(|found| match found {
                Found::Message(message) => Some(message),
                Found::PassedOver { .. } | Found::Unreadable { .. } => None,
            });
            messages
                .filter(|message| !is_cheap(&cost(&message.raw, lexicon), &message.source))
                .count()
        }
    };
    ExitCode::from(u8::from(too_much > 0))
}

fn is_cheap(cost: &Cost, source: &str) -> bool {
    println!("{}\t{}\t{source}", cost.milliseconds, cost.mib);
    let is_cheap = cost.milliseconds <= MOST_MILLISECONDS && cost.mib <= MOST_MIB;
    if !is_cheap {
        eprintln!("{source} costs {} ms and {} MiB", cost.milliseconds, cost.mib);
    }
    is_cheap
}

fn is_defused(name: &str, make: bombs::Make, size: usize, lexicon: &Lexicon) -> bool {
    let half = cost(&make(size / 2), lexicon);
    let whole = cost(&make(size), lexicon);
    let is_in_proportion = whole.milliseconds <= half.milliseconds * 3 + SLACK_MILLISECONDS;
    if !is_in_proportion {
        eprintln!(
            "{name}: {} ms, of twice the size {} ms",
            half.milliseconds, whole.milliseconds
        );
    }
    is_cheap(&half, name) & is_cheap(&whole, name) & is_in_proportion
}

fn cost(raw: &[u8], lexicon: &Lexicon) -> Cost {
    fs::write("/proc/self/clear_refs", "5").expect("the mark of most memory can be put back");
    let started = processor_milliseconds();
    std::hint::black_box(Reading::of(&parse(raw), lexicon));
    Cost {
        milliseconds: processor_milliseconds() - started,
        mib: most_memory_mib(),
    }
}

fn processor_milliseconds() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").expect("the system tells processor time");
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.expect("a number of nanoseconds") / 1_000_000
}

fn most_memory_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system tells memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.expect("a number of KiB") / 1024
}
