//! The only place that asks how much room a disk has.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What tells how much room there is: the machine, or a test.
#[derive(Clone)]
pub struct Space(Arc<Probe>);

/// Tells the free bytes of the disk that a path is on.
type Probe = dyn Fn(&Path) -> io::Result<u64> + Send + Sync;

impl Space {
    /// The disks of this machine.
    pub fn machine() -> Self {
        Self::told(|path| {
            let disk = rustix::fs::statvfs(path)?;
            Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
        })
    }

    /// Disks that somebody makes up.
    pub fn told(tell: impl Fn(&Path) -> io::Result<u64> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Bytes that are free for us on the disk of a path.
    ///
    /// # Errors
    /// When the system does not tell, as for a path that is not there.
    pub fn free(&self, path: &Path) -> io::Result<u64> {
        (self.0)(path)
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Space")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_tells_of_its_disks() {
        assert!(Space::machine().free(Path::new("/")).is_ok());
        assert!(Space::machine().free(Path::new("/nowhere/at/all")).is_err());
    }
}
