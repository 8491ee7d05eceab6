//! What the fuzz targets share: the promises about foreign bytes, which the test suite holds on every seed too.

pub mod promises;

/// Reads what the promises need, so that the first bytes do not pay for it.
pub fn prepare() {
    promises::mail(b"");
}
