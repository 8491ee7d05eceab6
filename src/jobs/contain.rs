//! Work on foreign bytes, contained: a panic or a hang costs the one item it happens at.
//!
//! Items are worked on in order, on a thread with a large stack. A thread that stands still at an item for too long is
//! left behind, which Rust cannot end from outside, and another one goes on with the next item. An overflow of the stack
//! ends the program; what had been begun is then known from its claim.

use std::ops::Range;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Room for reading what is nested as deep as it may be, many times over.
const STACK: usize = 32 * 1024 * 1024;

/// So many threads are left behind in one go; what comes after them waits for another run.
const MOST_LEFT_BEHIND: usize = 3;

/// What became of the work on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<R> {
    /// It came to its end.
    Well(R),
    /// It panicked, or took too long.
    Badly,
    /// It was not begun.
    Never,
}

/// Works on some of the items, each for no longer than `patience`. `left` is told of a thread that is left behind; it
/// lives as long as the handle can be upgraded.
pub fn each<T, R>(
    items: &Arc<[T]>,
    range: Range<usize>,
    patience: Duration,
    work: &Arc<dyn Fn(&T) -> R + Send + Sync>,
    left: &dyn Fn(Weak<()>),
) -> Vec<Ended<R>>
where
    T: Send + Sync + 'static,
    R: Send + 'static,
{
    let mut ended: Vec<Ended<R>> = Vec::with_capacity(range.len());
    let mut left_behind = 0;
    while ended.len() < range.len() && left_behind < MOST_LEFT_BEHIND {
        let rest = range.start + ended.len()..range.end;
        let alive = Arc::new(());
        let handle = Arc::downgrade(&alive);
        let (sender, results) = channel();
        let (items, work) = (Arc::clone(items), Arc::clone(work));
        let thread = std::thread::Builder::new().name("reading".to_owned()).stack_size(STACK);
        let started = thread.spawn(move || {
            one_by_one(&items, rest, &*work, &sender);
            drop(alive);
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread could be started to read mail; the next run tries again");
            break;
        }
        while ended.len() < range.len() {
            match results.recv_timeout(patience) {
                Ok(result) => ended.push(Ended::Well(result)),
                // The thread is gone: it panicked at this item.
                Err(RecvTimeoutError::Disconnected) => {
                    ended.push(Ended::Badly);
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {
                    ended.push(Ended::Badly);
                    left(handle);
                    left_behind += 1;
                    break;
                }
            }
        }
    }
    ended.resize_with(range.len(), || Ended::Never);
    ended
}

/// Ends when nobody waits for the results any more.
fn one_by_one<T, R>(items: &[T], range: Range<usize>, work: &(dyn Fn(&T) -> R + Send + Sync), results: &Sender<R>) {
    for item in items.get(range).unwrap_or_default() {
        if results.send(work(item)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::sync::mpsc::Receiver;
    use std::sync::{Mutex, PoisonError};

    /// Works on letters: `p` panics, `h` hangs until the end of the test, everything else comes back doubled.
    struct Trial {
        left: RefCell<Vec<Weak<()>>>,
        hanging: Option<Sender<()>>,
        work: Arc<dyn Fn(&char) -> String + Send + Sync>,
    }

    impl Trial {
        fn new() -> Self {
            let (hanging, end): (_, Receiver<()>) = channel();
            let end = Mutex::new(end);
            let work = move |letter: &char| {
                assert!(*letter != 'p', "on purpose");
                if *letter == 'h' {
                    let end = end.lock().unwrap_or_else(PoisonError::into_inner);
                    assert!(end.recv().is_err());
                }
                format!("{letter}{letter}")
            };
            Self {
                left: RefCell::default(),
                hanging: Some(hanging),
                work: Arc::new(work),
            }
        }

        fn of(&self, letters: &str) -> String {
            let items: Arc<[char]> = letters.chars().collect();
            let patience = Duration::from_millis(200);
            let ended = each(&items, 0..items.len(), patience, &self.work, &|handle| {
                self.left.borrow_mut().push(handle);
            });
            let written = ended.into_iter().map(|ended| match ended {
                Ended::Well(result) => result,
                Ended::Badly => "!".to_owned(),
                Ended::Never => "?".to_owned(),
            });
            written.collect::<Vec<_>>().join(" ")
        }

        /// Whether all threads end within a while: on a busy machine a panic takes longer to write down than patience lasts.
        fn ends(&self) -> bool {
            (0..500).any(|_| {
                std::thread::sleep(Duration::from_millis(20));
                self.alive() == 0
            })
        }

        fn alive(&self) -> usize {
            self.left
                .borrow()
                .iter()
                .filter(|handle| handle.upgrade().is_some())
                .count()
        }
    }

    #[test]
    fn a_panic_costs_one_item() {
        let trial = Trial::new();
        assert_eq!(trial.of("apbpp"), "aa ! bb ! !");
        assert!(trial.ends(), "a thread that panicked goes on");
        assert_eq!(trial.of(""), "");
    }

    #[test]
    fn a_hang_costs_one_item_and_is_counted_as_long_as_it_lasts() {
        let mut trial = Trial::new();
        assert_eq!(trial.of("ahb"), "aa ! bb");
        assert_eq!(trial.alive(), 1);
        drop(trial.hanging.take());
        assert!(trial.ends(), "the thread did not end");
    }

    #[test]
    fn many_hangs_hold_nothing_up_for_long() {
        assert_eq!(Trial::new().of("ahhhbc"), "aa ! ! ! ? ?");
    }

    #[test]
    fn the_stack_is_large() {
        fn deep(levels: usize) -> usize {
            let room = [levels; 64];
            if levels == 0 {
                0
            } else {
                1 + deep(std::hint::black_box(room)[0] - 1)
            }
        }
        let items: Arc<[usize]> = [20_000].into();
        let work: Arc<dyn Fn(&usize) -> usize + Send + Sync> = Arc::new(|levels| deep(*levels));
        let ended = each(&items, 0..1, Duration::from_secs(10), &work, &|_| {});
        assert_eq!(ended, [Ended::Well(20_000)]);
    }
}
