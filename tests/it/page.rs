//! The page of `explain`, in a browser. Without one these tests say so, and pass.

use std::fs;
use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::Command;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The document after `script` has run behind `page`; `None` without a browser.
fn document(name: &str, page: &str, script: &str) -> Option<String> {
    let is_there = |browser: &&&str| Command::new(browser).arg("--version").output().is_ok();
    let Some(browser) = BROWSERS.iter().find(is_there) else {
        // Written by `eprintln!`, it would be seen only if the test failed.
        let mut shown = stderr();
        writeln!(shown, "SKIPPED {name}: none of {BROWSERS:?} is installed").unwrap();
        return None;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{name}.html"));
    fs::write(&file, format!("{page}<script>{script}</script>")).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--dump-dom", "--virtual-time-budget=600000"])
        .arg(format!("--user-data-dir={}", folder.join(name).display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn page(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["explain", "--format", "html"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_field_its_bytes_and_its_boxes_light_up_together() {
    // A page that has no focus yet shows none.
    let script = "
        const run = () => {
            if (!document.hasFocus()) return setTimeout(run, 5);
            const key = document.querySelector('tr[data-f=\"7\"]');
            const colour = element => getComputedStyle(element).backgroundColor;
            const before = colour(key);
            key.focus();
            const after = colour(key);
            const lit = [...document.querySelectorAll('[data-f]')].filter(element => colour(element) === after);
            const parts = lit.map(element => element.tagName + element.dataset.f).join(' ');
            document.body.innerHTML = `<p id=result>${before !== after} ${parts}</p>`;
        };
        run();
    ";
    let page = page(&["samples/echo.pcap", "--frame", "0:1"]);
    let Some(document) = document("highlight", &page, script) else { return };
    let boxes = "DIV7 DIV7";
    let bytes = "SPAN7 SPAN7 SPAN7 SPAN7";
    let lane = ["SPAN7"; 9].join(" ");
    assert!(document.contains(&format!("true {boxes} {bytes} TR7 {lane}<")), "{document}");
}

#[test]
fn the_page_of_a_handshake_fits_its_window() {
    let script = "
        const wide = document.documentElement.scrollWidth > innerWidth;
        document.body.innerHTML = `<p id=result>wide: ${wide}</p>`;
    ";
    let page = page(&["samples/wrong-accept.pcap", "--handshake", "0"]);
    let Some(document) = document("window", &page, script) else { return };
    assert!(document.contains("wide: false"), "{document}");
}
