//! Files that appear whole or not at all.
//!
//! Everything a run writes goes first into a hidden folder inside the output folder, so on the same disk. Only when
//! every file of every format is complete and on the disk are they moved to their places, one rename each.
//! If anything fails before, the hidden folder is removed and the output folder is as it was.
//!
//! Several runs may write to one folder at once. They move their files one run after the other, so that what stands
//! there at the end is all of one run. A run that was killed leaves its hidden folder behind; the next one removes it,
//! and knows it by its lock, which the system takes away with the process.
//!
//! A format that has a folder of its own (`neo4j/`) leaves a list of its files in it, `.papergraph-files`. The next
//! run removes what is on the list and was not written again; what is not on the list belongs to somebody else and
//! is never touched.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use super::ExportError;

/// How the name of a hidden folder begins.
const HIDDEN_PREFIX: &str = ".papergraph-";

/// Name of the list of papergraph's own files in a folder that belongs to one format.
const FILE_LIST: &str = ".papergraph-files";

/// Bytes that are gathered before the file is written to.
const BUFFER_SIZE: usize = 64 * 1024;

/// Bytes of a file after which it is handed to the disk, though it is not complete: else the disk would have nothing to
/// do while the file is made, and everything when it is.
const HANDED_AT_ONCE: usize = 32 * 1024 * 1024;

/// Files that may wait for the disk; each is an open one.
const WAITING_FILES: usize = 16;

/// The files of one run, on their way to the output folder.
pub struct Stage {
    folder: PathBuf,
    disk: Disk,
    hidden: TempDir,
    /// Held as long as the hidden folder is in use.
    _in_use: Lock,
    written: Mutex<Vec<PathBuf>>,
    outdated: Mutex<Vec<PathBuf>>,
}

impl Stage {
    /// Makes the output folder, if need be, and the hidden folder inside it.
    pub fn new(folder: &Path) -> Result<Stage, ExportError> {
        fs::create_dir_all(folder).map_err(|source| ExportError::folder(folder, source))?;
        // A hidden folder without a lock counts as left behind, so nobody may look before the new one has its lock.
        let _others_wait = Lock::wait_for(folder);
        remove_left_behind(folder);
        let hidden = tempfile::Builder::new()
            .prefix(HIDDEN_PREFIX)
            .tempdir_in(folder)
            .map_err(|source| ExportError::folder(folder, source))?;
        let in_use = Lock::wait_for(hidden.path());
        let disk = Disk::new().map_err(|source| ExportError::folder(folder, source))?;
        let (written, outdated) = (Mutex::default(), Mutex::default());
        Ok(Stage { folder: folder.to_path_buf(), disk, hidden, _in_use: in_use, written, outdated })
    }

    /// Writes one file. `name` is relative to the output folder and has at most one folder in it (`neo4j/import.sh`).
    pub fn file(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<StagedFile<'_>>) -> io::Result<()>,
    ) -> Result<(), ExportError> {
        let name = Path::new(name);
        self.write_hidden(name, write).map_err(|source| ExportError::file(&self.folder.join(name), source))?;
        locked(&self.written).push(name.to_path_buf());
        Ok(())
    }

    /// Lets a file of an earlier run go, if there is one, when the files of this run move to their places.
    pub fn remove(&self, name: &str) {
        locked(&self.outdated).push(PathBuf::from(name));
    }

    /// Writes one file that may be run as a program.
    pub fn program(&self, name: &str, text: &str) -> Result<(), ExportError> {
        self.file(name, |out| {
            out.write_all(text.as_bytes())?;
            make_executable(&out.get_ref().file)
        })
    }

    fn write_hidden(
        &self,
        name: &Path,
        write: impl FnOnce(&mut BufWriter<StagedFile<'_>>) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.hidden.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = StagedFile { file: Arc::new(File::create(path)?), name, waiting: 0, disk: &self.disk };
        let mut out = BufWriter::with_capacity(BUFFER_SIZE, file);
        write(&mut out)?;
        let complete = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        complete.hand_over(true);
        Ok(())
    }

    /// Moves everything to its place; returns the paths in order of their names.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, ExportError> {
        let _others_wait = Lock::wait_for(&self.folder);
        let mut names = std::mem::take(&mut *locked(&self.written));
        names.sort();
        self.check_places(&names)?;
        let own_folders = own_folders(&names);
        for (folder, own_files) in &own_folders {
            let list = own_files.join("\n") + "\n";
            let place = folder.join(FILE_LIST);
            self.write_hidden(&place, |out| out.write_all(list.as_bytes()))
                .map_err(|source| ExportError::file(&self.folder.join(&place), source))?;
        }
        self.disk.finish().map_err(|(name, source)| ExportError::file(&self.folder.join(name), source))?;
        for (folder, own_files) in &own_folders {
            let place = self.folder.join(folder);
            fs::create_dir_all(&place).map_err(|source| ExportError::folder(&place, source))?;
            remove_stale(&place, own_files).map_err(|source| ExportError::folder(&place, source))?;
            self.put(&folder.join(FILE_LIST))?;
        }
        for name in locked(&self.outdated).iter() {
            let place = self.folder.join(name);
            remove_if_there(&place).map_err(|source| ExportError::file(&place, source))?;
        }
        for name in &names {
            self.put(name)?;
        }
        Ok(names.iter().map(|name| self.folder.join(name)).collect())
    }

    /// Finds out before anything is moved whether every place is free or holds a file.
    fn check_places(&self, names: &[PathBuf]) -> Result<(), ExportError> {
        for name in names {
            let path = self.folder.join(name);
            if path.is_dir() {
                return Err(ExportError::FolderInTheWay { path });
            }
            if let Some(parent) = path.parent()
                && parent.exists()
                && !parent.is_dir()
            {
                return Err(ExportError::folder(parent, io::ErrorKind::NotADirectory.into()));
            }
        }
        Ok(())
    }

    fn put(&self, name: &Path) -> Result<(), ExportError> {
        let place = self.folder.join(name);
        fs::rename(self.hidden.path().join(name), &place).map_err(|source| ExportError::file(&place, source))
    }
}

/// One file on its way to the hidden folder.
pub struct StagedFile<'s> {
    file: Arc<File>,
    name: &'s Path,
    /// Bytes written since the disk was told of the file.
    waiting: usize,
    disk: &'s Disk,
}

impl StagedFile<'_> {
    fn hand_over(&self, is_complete: bool) {
        self.disk.take(Order { file: Arc::clone(&self.file), name: self.name.to_path_buf(), is_complete });
    }
}

impl Write for StagedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = (&*self.file).write(bytes)?;
        self.waiting += written;
        if self.waiting >= HANDED_AT_ONCE {
            self.waiting = 0;
            self.hand_over(false);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.file).flush()
    }
}

/// Hands files to the disk on a thread of its own, so that no thread that makes text waits for the disk.
struct Disk {
    /// `None` when no more files come.
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<Result<(), DiskError>>>,
}

/// A file that could not be handed to the disk, and why.
type DiskError = (PathBuf, io::Error);

/// A file to hand to the disk.
struct Order {
    file: Arc<File>,
    name: PathBuf,
    /// Is all of it written, not only its beginning?
    is_complete: bool,
}

impl Disk {
    fn new() -> io::Result<Disk> {
        let (orders, received) = sync_channel(WAITING_FILES);
        let thread = thread::Builder::new().name("disk".to_owned()).spawn(move || follow(&received))?;
        Ok(Disk { orders: Some(orders), thread: Some(thread) })
    }

    /// Takes a complete file, or the beginning of one unless there is enough to do. Whether it came to the disk tells
    /// [`finish`](Self::finish).
    fn take(&self, order: Order) {
        let Some(orders) = &self.orders else {
            return;
        };
        // The other end is there until the last order is followed, or else `finish` tells that it panicked.
        if order.is_complete {
            let _ = orders.send(order);
        } else {
            let _ = orders.try_send(order);
        }
    }

    /// Waits until all files are on the disk.
    fn finish(&mut self) -> Result<(), DiskError> {
        self.orders = None;
        let panicked = |_| Err((PathBuf::new(), io::Error::other("the thread that hands files to the disk panicked")));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
    }
}

impl Drop for Disk {
    /// No file is held open any more when the hidden folder is removed.
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// Hands every file to the disk; gives the first error, which the system tells only once.
fn follow(orders: &Receiver<Order>) -> Result<(), DiskError> {
    let mut result = Ok(());
    for Order { file, name, is_complete } in orders {
        let handed = if is_complete { file.sync_all() } else { file.sync_data() };
        result = result.and(handed.map_err(|source| (name, source)));
    }
    result
}

/// A list of names, which is whole at any time, so that a panic elsewhere does not spoil it.
fn locked(names: &Mutex<Vec<PathBuf>>) -> MutexGuard<'_, Vec<PathBuf>> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A lock on a folder among the runs of this program, let go when it is dropped or the process ends.
///
/// Where folders cannot be locked, as on some network disks and on Windows, there is none: then runs that write to one
/// folder at the same time may mix their files.
struct Lock(#[allow(dead_code, reason = "the open folder is the lock")] Option<File>);

impl Lock {
    /// Waits until no other run has the folder.
    fn wait_for(folder: &Path) -> Lock {
        Lock(File::open(folder).ok().filter(|folder| folder.lock().is_ok()))
    }

    /// Is a lock possible, and does no other run have it?
    fn is_free(folder: &Path) -> bool {
        File::open(folder).is_ok_and(|folder| folder.try_lock().is_ok())
    }
}

/// Removes the hidden folders of runs that were killed. What cannot be removed does no harm where it is.
fn remove_left_behind(folder: &Path) {
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        // Not a link, which could lead anywhere.
        name.as_encoded_bytes().starts_with(HIDDEN_PREFIX.as_bytes())
            && path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
    };
    let entries = fs::read_dir(folder).into_iter().flatten();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_hidden) {
        if Lock::is_free(&path) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// The folders among sorted `names`, each with the files in it.
fn own_folders(names: &[PathBuf]) -> Vec<(PathBuf, Vec<String>)> {
    let mut folders: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for name in names {
        let (Some(parent), Some(file)) = (name.parent(), name.file_name()) else {
            continue;
        };
        if parent.as_os_str().is_empty() {
            continue;
        }
        let file = file.to_string_lossy().into_owned();
        match folders.iter_mut().find(|(folder, _)| folder == parent) {
            Some((_, files)) => files.push(file),
            None => folders.push((parent.to_path_buf(), vec![file])),
        }
    }
    folders
}

/// Removes the files of an earlier run that this run does not replace.
fn remove_stale(folder: &Path, kept: &[String]) -> io::Result<()> {
    let list = match fs::read_to_string(folder.join(FILE_LIST)) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for name in list.lines() {
        // A list that somebody edited must not reach out of the folder.
        let plain = !name.is_empty() && Path::new(name).file_name().is_some_and(|file| file == name);
        if !plain || kept.iter().any(|own| own == name) {
            continue;
        }
        remove_if_there(&folder.join(name))?;
    }
    Ok(())
}

fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    // Whoever may read it may run it.
    permissions.set_mode(permissions.mode() | ((permissions.mode() & 0o444) >> 2));
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(stage: &Stage, name: &str, text: &str) {
        stage.file(name, |out| out.write_all(text.as_bytes())).unwrap();
    }

    fn listing(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_changes_until_commit_and_nothing_is_left_over_without_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("graph.json"), "old").unwrap();
        {
            let stage = Stage::new(folder.path()).unwrap();
            write(&stage, "graph.json", "new");
            let full = stage.file("nodes.csv", |out| {
                out.write_all(b"half of it")?;
                Err(io::ErrorKind::StorageFull.into())
            });
            let message = full.unwrap_err().to_string();
            assert!(message.contains("nodes.csv") && message.contains("free some space"), "{message}");
        }
        assert_eq!(listing(folder.path()), ["graph.json"]);
        assert_eq!(fs::read_to_string(folder.path().join("graph.json")).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_run_left_goes_and_what_another_run_writes_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".papergraph-killed")).unwrap();
        fs::write(folder.path().join(".papergraph-killed/graph.json"), "half").unwrap();
        fs::write(folder.path().join(".papergraph-notes"), "a file of somebody").unwrap();
        let first = Stage::new(folder.path()).unwrap();
        assert!(!folder.path().join(".papergraph-killed").exists());
        write(&first, "graph.json", "first");
        let second = Stage::new(folder.path()).unwrap();
        write(&second, "graph.json", "second");
        first.commit().unwrap();
        second.commit().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("graph.json")).unwrap(), "second");
        assert_eq!(listing(folder.path()), [".papergraph-notes", "graph.json"]);
    }

    #[test]
    fn own_stale_files_go_and_foreign_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let first = Stage::new(folder.path()).unwrap();
        write(&first, "neo4j/a.csv", "a");
        write(&first, "neo4j/b.csv", "b");
        first.commit().unwrap();
        fs::write(folder.path().join("neo4j/notes.txt"), "mine").unwrap();
        let second = Stage::new(folder.path()).unwrap();
        write(&second, "neo4j/b.csv", "b2");
        let paths = second.commit().unwrap();
        assert_eq!(paths, [folder.path().join("neo4j/b.csv")]);
        assert_eq!(listing(&folder.path().join("neo4j")), [FILE_LIST, "b.csv", "notes.txt"]);
        assert_eq!(fs::read_to_string(folder.path().join("neo4j/b.csv")).unwrap(), "b2");
        assert_eq!(listing(folder.path()), ["neo4j"]);
    }

    #[test]
    fn an_edited_list_cannot_delete_outside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), "mine").unwrap();
        fs::create_dir(folder.path().join("neo4j")).unwrap();
        fs::write(folder.path().join("neo4j").join(FILE_LIST), "../precious\n..\n\n").unwrap();
        let stage = Stage::new(folder.path()).unwrap();
        write(&stage, "neo4j/a.csv", "a");
        stage.commit().unwrap();
        assert!(folder.path().join("precious").exists());
    }

    #[test]
    fn a_folder_in_the_way_stops_before_anything_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("edges.csv"), "old").unwrap();
        fs::create_dir(folder.path().join("nodes.csv")).unwrap();
        let stage = Stage::new(folder.path()).unwrap();
        write(&stage, "edges.csv", "new");
        write(&stage, "nodes.csv", "new");
        assert!(matches!(stage.commit(), Err(ExportError::FolderInTheWay { .. })));
        assert_eq!(fs::read_to_string(folder.path().join("edges.csv")).unwrap(), "old");
        assert_eq!(listing(folder.path()), ["edges.csv", "nodes.csv"]);
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out");
        fs::write(&file, "a file").unwrap();
        let message = Stage::new(&file).err().unwrap().to_string();
        assert!(message.contains("out") && message.contains("choose another output folder"), "{message}");
    }
}
