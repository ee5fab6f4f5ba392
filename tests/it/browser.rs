//! A browser that tests drive over the DevTools protocol, which speaks WebSocket: its frames are encoded and decoded
//! by what is tested elsewhere.

use std::io::{BufRead, BufReader, Read, Write, stderr};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use sockeye::encode::FrameSpec;
use sockeye::websocket::{FrameHeader, Opcode};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// A browser without a window, with one page in it.
pub struct Browser {
    process: Child,
    stream: BufReader<TcpStream>,
    session: Value,
    calls: u64,
}

impl Browser {
    /// Opens a file in a browser of its own, whose window is so wide; `None`, said aloud, if none is installed.
    pub fn open(file: &Path, width: u32) -> Option<Self> {
        let is_there = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
        let Some(name) = NAMES.iter().find(is_there) else {
            // Written by `eprintln!`, it would be seen only if the test failed.
            let mut shown = stderr();
            writeln!(shown, "SKIPPED {}: none of {NAMES:?} is installed", file.display()).unwrap();
            return None;
        };
        let mut process = Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .args([format!("--window-size={width},800"), format!("--user-data-dir={}", profile(file))])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map(|line| line.expect("the browser says what it does"))
            .find_map(|line| {
                line.split_once("DevTools listening on ws://").map(|(_, address)| address.to_owned())
            })
            .expect("the browser says where it listens");
        // Nobody else reads it, and a full pipe would stop the browser.
        std::thread::spawn(move || lines.for_each(drop));
        let stream = connect(&address);
        let mut browser = Self { process, stream, session: Value::Null, calls: 0 };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let page = json!({"targetId": target["targetId"], "flatten": true});
        browser.session = browser.call("Target.attachToTarget", page)["sessionId"].clone();
        browser.call("Page.enable", json!({}));
        browser.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while browser.message()["method"] != "Page.loadEventFired" {}
        Some(browser)
    }

    /// The value of an expression of the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let result = self.call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Moves the mouse over the first element of this selector.
    pub fn hover(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{
                const element = document.querySelector({selector:?});
                element.scrollIntoView({{ block: 'center' }});
                const box = element.getBoundingClientRect();
                return {{ type: 'mouseMoved', x: box.x + box.width / 2, y: box.y + box.height / 2 }};
            }})()"
        ));
        self.call("Input.dispatchMouseEvent", place);
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut call = json!({"id": self.calls, "method": method, "params": params});
        if !self.session.is_null() {
            call["sessionId"] = self.session.clone();
        }
        let masking_key = Some([0x37, 0xfa, 0x21, 0x3d]);
        let frame = FrameSpec { masking_key, ..FrameSpec::new(Opcode::Text, call.to_string()) };
        self.stream.get_mut().write_all(&frame.encode()).unwrap();
        loop {
            let message = self.message();
            if message["id"] == self.calls {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    /// The next message; each comes in one frame.
    fn message(&mut self) -> Value {
        let mut bytes = Vec::new();
        let header = loop {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).unwrap();
            bytes.extend(byte);
            if let Ok((_, header)) = FrameHeader::parse(&bytes) {
                break header;
            }
        };
        assert_eq!((header.opcode, header.fin), (Opcode::Text, true));
        let mut payload = vec![0; header.payload_length as usize];
        self.stream.read_exact(&mut payload).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder in which the browser of a file keeps what it remembers.
fn profile(file: &Path) -> String {
    file.with_extension("profile").display().to_string()
}

/// Shakes hands with the browser at `host:port/path`.
fn connect(address: &str) -> BufReader<TcpStream> {
    let (host, path) = address.split_once('/').unwrap();
    let mut stream = BufReader::new(TcpStream::connect(host).unwrap());
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let head: Vec<String> =
        stream.by_ref().lines().map(|line| line.unwrap()).take_while(|line| !line.is_empty()).collect();
    assert!(head[0].contains("101"), "{head:?}");
    stream
}
