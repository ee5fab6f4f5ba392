//! The programs that are measured, and their command lines.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sockeye_loads::Load;

use crate::Failure;
use crate::child::{Cost, run};

/// What a line of the list says of a frame.
const OF_A_FRAME: &str = "packet,time_relative,stream,from,opcode,fin,payload_length";
/// And of a message, which has to be inflated for it.
const OF_A_MESSAGE: &str = "packet,time_relative,stream,from,wire_length,length";
/// What tshark says of the frames of a packet.
const OF_TSHARK: [&str; 6] = [
    "frame.number",
    "frame.time_relative",
    "tcp.stream",
    "websocket.opcode",
    "websocket.fin",
    "websocket.payload_length",
];

/// Where everything is.
pub struct Tools {
    /// For captures and outputs.
    pub folder: PathBuf,
    /// Whether this Sockeye has `--threads`.
    pub has_threads: bool,
    /// The versions of what is measured.
    pub versions: Vec<String>,
    has_tshark: bool,
    has_tcpflow: bool,
}

impl Tools {
    /// What is there; tshark and tcpflow only if `others`.
    pub fn find(folder: &Path, others: bool) -> Result<Self, Failure> {
        let sockeye = first_line("target/release/sockeye", "--version").ok_or("there is no sockeye")?;
        let help = Command::new("target/release/sockeye").arg("--help").output()?;
        let has_threads = String::from_utf8_lossy(&help.stdout).contains("--threads");
        let [tshark, tcpflow] =
            ["tshark", "tcpflow"].map(|name| first_line(name, "--version").filter(|_| others));
        let (has_tshark, has_tcpflow) = (tshark.is_some(), tcpflow.is_some());
        let mut versions = vec![sockeye];
        versions.extend(first_line("pcap-config", "--version").map(|version| format!("libpcap {version}")));
        versions.extend(tshark);
        versions.extend(tcpflow);
        Ok(Self { folder: folder.to_path_buf(), has_threads, versions, has_tshark, has_tcpflow })
    }

    /// Writes a load.
    pub fn generate(&self, load: Load, size: u64, path: &Path) -> Result<Cost, Failure> {
        run(Command::new("target/release/sockeye-loads")
            .args([load.name(), "--size", &size.to_string()])
            .arg(path))
    }

    /// libpcap counts the packets.
    pub fn count(&self, path: &Path) -> Result<Cost, Failure> {
        self.run(Command::new("target/count").arg(path))
    }

    /// Sockeye lists the frames, or for [`Load::Deflate`] the messages.
    pub fn list(&self, load: Load, path: &Path, threads: usize) -> Result<Cost, Failure> {
        let (rows, fields) =
            if load == Load::Deflate { ("messages", OF_A_MESSAGE) } else { ("frames", OF_A_FRAME) };
        let arguments = ["--rows", rows, "--fields", fields, "--format", "jsonl"];
        self.run(self.sockeye(path, threads).args(arguments))
    }

    /// Sockeye writes its table.
    pub fn table(&self, path: &Path) -> Result<Cost, Failure> {
        self.run(&mut self.sockeye(path, 1))
    }

    /// Sockeye writes everything it knows, payloads included.
    pub fn json(&self, path: &Path) -> Result<Cost, Failure> {
        self.run(self.sockeye(path, 1).args(["--format", "jsonl"]))
    }

    /// tshark lists the frames, if it is there.
    pub fn tshark(&self, path: &Path) -> Result<Option<Cost>, Failure> {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(path).args(["-Y", "websocket", "-T", "fields"]);
        command.args(OF_TSHARK.iter().flat_map(|field| ["-e", field])).stderr(Stdio::null());
        self.has_tshark.then(|| self.run(&mut command)).transpose()
    }

    /// tcpflow writes each direction into a file, if it is there.
    pub fn tcpflow(&self, path: &Path) -> Result<Option<Cost>, Failure> {
        if !self.has_tcpflow {
            return Ok(None);
        }
        let flows = self.folder.join("flows");
        let cost = self.run(Command::new("tcpflow").arg("-r").arg(path).arg("-o").arg(&flows))?;
        fs::remove_dir_all(flows)?;
        Ok(Some(cost))
    }

    fn sockeye(&self, path: &Path, threads: usize) -> Command {
        let mut command = Command::new("target/release/sockeye");
        command.arg(path);
        if self.has_threads {
            command.args(["--threads", &threads.to_string()]);
        }
        command
    }

    /// Runs a program that writes to a file.
    fn run(&self, command: &mut Command) -> Result<Cost, Failure> {
        let out = self.folder.join("out");
        let cost = run(command.stdout(File::create(&out)?))?;
        fs::remove_file(out)?;
        Ok(cost)
    }
}

/// What a program says first when asked so; `None` if it is not there.
fn first_line(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim_end_matches('.').to_owned())
}
