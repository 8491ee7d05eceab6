//! What the fuzz targets share: the promises about foreign bytes, which the test suite holds on every seed too.

pub mod promises;

/// The same for readers whose panics are contained, as those of archives, pictures and PDFs are: the fuzzer would end at
/// the first one, also where it costs nothing. What is not contained still ends it.
pub fn prepare_contained() {
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    prepare();
}

/// Reads what the promises need, so that the first bytes do not pay for it.
pub fn prepare() {
    promises::mail(b"");
}
