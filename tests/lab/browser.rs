//! The pages in a browser.

use crate::chromium::Page;
use crate::client::Served;
use serde_json::{Value, json};

pub(crate) fn open(served: &Served, page: &str) -> Option<Page> {
    Page::open(&format!("{}#/{page}", served.link), 1280, false)
}

/// Script that clicks on the first element of a selector whose text begins so.
pub(crate) fn click(selector: &str, text: &str) -> String {
    format!(
        "(() => {{ const all = [...document.querySelectorAll({selector:?})]; const one = all.find((of) => of.textContent.trim().startsWith({text:?})); \
         if (!one) throw new Error({selector:?} + {text:?}); one.dispatchEvent(new MouseEvent('click', {{ bubbles: true }})); return true; }})()"
    )
}

/// No page complains, none is wider than a phone, each has one heading of the first rank and names for whatever can be used.
#[test]
fn every_page_is_whole_at_every_width() {
    let served = Served::new(false);
    for (width, is_dark) in [(1280, false), (1280, true), (390, false)] {
        for page in [
            "mouse",
            "pathways",
            "lessons",
            "lessons/sink",
            "lessons/luck",
            "lessons/switch",
            "teacher",
        ] {
            let link = format!("{}#/{page}", served.link);
            let Some(mut browser) = Page::open(&link, width, is_dark) else {
                return;
            };
            browser.wait("document.querySelector('main h1') && !document.getElementById('first')");
            if page == "mouse" {
                browser.wait("document.querySelectorAll('.plot path.line').length > 4");
            }
            assert_eq!(
                browser.value("document.querySelectorAll('h1').length"),
                1,
                "{page}"
            );
            assert_eq!(
                browser.value("document.querySelector('.error')"),
                Value::Null,
                "{page}"
            );
            // What a mistake in a script writes.
            let text = browser.value("document.body.innerText");
            for word in ["[object", "undefined", "NaN"] {
                assert!(!text.as_str().unwrap().contains(word), "{page}: {word}");
            }
            let wide = browser.value(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            assert_eq!(wide, 0, "{page} at {width}");
            let nameless = browser.value(
                "[...document.querySelectorAll('button, a[href], input, select, textarea, [role=button], [role=img]')].filter((of) => \
                 !(of.textContent.trim() || of.getAttribute('aria-label') || of.closest('label'))).map((of) => of.outerHTML)",
            );
            assert_eq!(nameless, json!([]), "{page}");
            browser.has_no_complaints();
        }
    }
}

/// Text of every colour on the ground behind it has at least the contrast of level AA.
#[test]
fn text_can_be_read_in_light_and_dark() {
    let served = Served::new(false);
    let script = "(() => {
        const channel = (of) => { const c = of / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
        const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
        const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const ground = (of) => { for (let at = of; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
        const bad = [];
        for (const of of document.querySelectorAll('body *')) {
            const own = [...of.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
            if (!own || of.disabled || !of.getClientRects().length) continue;
            const style = getComputedStyle(of);
            const text = parse(of.namespaceURI.endsWith('svg') ? style.fill : style.color);
            const [a, b] = [light(text), light(ground(of))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < 4.5) bad.push(`${of.tagName} ${of.className} ${of.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
        }
        return bad;
    })()";
    for is_dark in [false, true] {
        for page in ["mouse", "pathways", "lessons", "lessons/sink", "teacher"] {
            let Some(mut browser) = Page::open(&format!("{}#/{page}", served.link), 1280, is_dark)
            else {
                return;
            };
            browser.wait("document.querySelector('main h1') && !document.getElementById('first')");
            assert_eq!(browser.value(script), json!([]), "{page}, dark: {is_dark}");
        }
    }
}

#[test]
fn effects_reveal_every_sort_of_cell() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "pathways") else {
        return;
    };
    page.wait("document.querySelector('#effects')");
    let seen = "[...document.querySelectorAll('#effects tr[data-cell]')].filter((of) => of.offsetParent).map((of) => of.dataset.cell)";
    assert_eq!(page.value(seen), json!([]));
    page.value(&click("button", "Effects"));
    assert_eq!(
        page.value(seen),
        json!([
            "CD4",
            "CD8",
            "Treg",
            "NK",
            "B",
            "monocyte, macrophage",
            "DC"
        ])
    );
    let texts = page.value("[...document.querySelectorAll('#effects tr[data-cell] td')].every((of) => of.textContent.length > 3)");
    assert_eq!(texts, true);
    page.has_no_complaints();
}

/// A box that is knocked out is off in the mouse, and its curves are others.
#[test]
fn a_knockout_changes_the_run() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "pathways") else {
        return;
    };
    page.wait("document.querySelector('[data-box=alpha]')");
    page.value("document.querySelector('[data-box=alpha]').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
    page.wait("document.querySelector('[data-knock=Il2ra]')");
    page.value("document.querySelector('[data-knock=Il2ra]').click()");
    page.wait("document.querySelector('[data-box=alpha]').classList.contains('off')");
    page.value("location.hash = '#/mouse'");
    page.wait("document.querySelector('.key')?.textContent.includes('Il2ra-/-')");
    page.wait("document.querySelector('.status').textContent.startsWith('Done')");
    // Each mouse has a line from its birth to the end of the run or its death, and how many agents a histogram is of is said.
    let fates = page.value("[...document.querySelectorAll('svg')].find((of) => of.getAttribute('aria-label')?.startsWith('Survival')).getAttribute('aria-label')");
    let status = page.value("document.querySelector('.status').textContent");
    let fates = fates.as_str().unwrap().strip_prefix("Survival: ").unwrap();
    assert!(fates.contains("wild type well; Il2ra-/- "), "{fates}");
    assert!(status.as_str().unwrap().contains(fates), "{status}");
    let agents = page.value("[...document.querySelectorAll('.values')].filter((of) => of.textContent.startsWith('agents')).map((of) => [...of.querySelectorAll('span')].map((one) => Number(one.textContent)))");
    for histogram in agents.as_array().unwrap() {
        let [wild, edited] = [0, 1].map(|arm| histogram[arm].as_u64().unwrap());
        assert!(edited > 0 && edited < wild, "{agents}: of Treg");
    }
    assert_eq!(agents.as_array().unwrap().len(), 2);
    let last = "(name) => [...document.querySelectorAll('figure')].find((of) => of.dataset.readout?.startsWith(name)).querySelector('.values').textContent.trim()";
    let both = page.value(&format!("({last})('pSTAT5 of Treg')"));
    let text = both.as_str().unwrap();
    assert!(text.len() > 3, "{text}");
    let lines = "[...document.querySelectorAll('figure')].find((of) => of.dataset.readout?.startsWith('pSTAT5 of Treg')).querySelectorAll('path.line')";
    assert_eq!(
        page.value(&format!(
            "{lines}[0].getAttribute('d') !== {lines}[1].getAttribute('d')"
        )),
        true
    );
    page.has_no_complaints();
}

/// What the page draws is what the program computes of the scenario in its tab.
#[test]
fn the_page_shows_the_numbers_of_paracrine_run() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelector('textarea')?.value.includes('arms')");
    // The samples as the page receives them.
    page.value(
        "(() => { window.seen = []; const own = window.fetch; window.fetch = async (...of) => { const answer = await own(...of); \
         if (String(of[0]).endsWith('/api/run')) answer.clone().text().then((text) => window.seen.push(text)); return answer; }; })()",
    );
    page.value("(() => { const days = document.querySelector('[aria-label=Days]'); days.value = 10; days.dispatchEvent(new Event('change')); })()");
    page.wait("document.querySelector('textarea').value.includes('\"10 d\"')");
    page.value(&click("button.first", "Replay"));
    page.wait("window.seen.length > 0");
    let text = page.value("window.seen[0]");
    let scenario = page.value("document.querySelector('textarea').value");
    let watched = crate::runs::watched(&crate::client::events(text.as_str().unwrap()));
    assert!(watched.len() > 100);
    assert_eq!(watched, crate::runs::run(scenario.as_str().unwrap()));
    let drawn = page.value("[...document.querySelector('.plot path.line').getAttribute('d')].filter((of) => of === 'L').length");
    assert_eq!(drawn, 20, "a sample every twelve hours");
    page.has_no_complaints();
}

/// Other pages may be looked at in between; a box that is knocked out there is not in a text from before. A field shows what runs.
#[test]
fn what_was_typed_is_kept() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    let typed = |field: &str, value: &str, event: &str| {
        format!(
            "(() => {{ const of = document.querySelector('{field}'); of.value = {value}; of.dispatchEvent(new Event('{event}')); }})()"
        )
    };
    let there_and_back = |page: &mut Page, between: &str| {
        page.value("location.hash = '#/pathways'");
        page.wait("document.querySelector('[data-box=alpha]')");
        page.value(between);
        page.value("location.hash = '#/mouse'");
        page.wait("document.querySelector('textarea')?.value.includes('arms')");
    };
    page.wait("document.querySelector('textarea')?.value.includes('arms')");
    page.value(&typed("[aria-label=Seed]", "12", "change"));
    page.value(&typed("[aria-label=Days]", "500", "change"));
    page.wait("document.querySelector('textarea').value.includes('seed: 12')");
    assert_eq!(
        page.value("document.querySelector('[aria-label=Days]').value"),
        "120"
    );
    page.value(&typed("textarea", "of.value + '// mine'", "input"));
    there_and_back(&mut page, "0");
    let text = "document.querySelector('textarea').value";
    let is_mine = format!("{text}.endsWith('// mine') && {text}.includes('seed: 12')");
    assert_eq!(page.value(&is_mine), true);
    there_and_back(&mut page, "document.querySelector('[data-knock]').click()");
    page.wait(&format!(
        "!{text}.includes('// mine') && {text}.includes('seed: 12') && {text}.includes('expression: 0')"
    ));
    page.has_no_complaints();
}

#[test]
fn a_run_is_paused_and_goes_on_by_steps() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelectorAll('.plot path.line').length > 4");
    page.value(&click(".bar button", "Replay"));
    page.wait("document.querySelector('.status').textContent.startsWith('Running')");
    page.value(&click(".bar button", "Pause"));
    page.wait("document.querySelector('.status').textContent.startsWith('Paused')");
    // What was on its way arrives.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let points = "[...document.querySelector('.plot path.line').getAttribute('d')].filter((of) => of === 'L').length";
    let before = page.value(points).as_u64().unwrap();
    page.value(&click(".bar button", "Step"));
    page.wait(&format!("{points} === {}", before + 1));
    page.value(&click(".bar button", "Go on"));
    page.wait(&format!("{points} > {}", before + 3));
    page.has_no_complaints();
}

/// How long it takes to the first paint, the first curve, and from a click to what it changes. Nothing asserts a time.
#[test]
#[ignore = "prints times for people"]
fn times() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelector('.plot path.line')");
    let curve = page.value("performance.now()");
    let paint = page.value("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
    let click = page.value(
        "(async () => { const from = performance.now(); document.querySelector('.three button:last-child').click(); \
         await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); return performance.now() - from; })()",
    );
    let size = paracrine_lab::size();
    eprintln!(
        "first paint {paint} ms, first curve before {curve} ms, a click {click} ms; {size} bytes of pages"
    );
}

/// Pictures of all pages into the folder that `PARACRINE_PICTURES` names, to be looked at.
#[test]
#[ignore = "makes pictures for people"]
fn pictures() {
    let folder = std::env::var("PARACRINE_PICTURES").unwrap();
    let served = Served::new(false);
    for (look, width, is_dark) in [
        ("light", 1280, false),
        ("dark", 1280, true),
        ("phone", 390, false),
    ] {
        for page in [
            "mouse",
            "pathways",
            "lessons",
            "lessons/cd25",
            "lessons/luck",
            "lessons/switch",
            "teacher",
        ] {
            let Some(mut browser) = Page::open(&format!("{}#/{page}", served.link), width, is_dark)
            else {
                return;
            };
            browser.wait("document.querySelector('main h1') && !document.getElementById('first')");
            if page.contains('/') {
                browser.value("document.querySelector('.predict button').click()");
                browser.value(&click(".try button", "Run"));
            }
            if page == "pathways" {
                browser.value(&click("button", "Effects"));
                browser.value("document.querySelector('[data-box=alpha]').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
                browser.value("document.querySelector('[data-knock]').click()");
            }
            if page == "mouse" || page.contains('/') {
                // Of twenty mice some are enough to look at.
                browser.wait("/^(Done|([6-9]|\\d\\d) of 20 mice|\\d+ of 20 runs)/.test(document.querySelector('.status').textContent)");
            }
            let data = browser.picture();
            let name = page.replace('/', "-");
            std::fs::write(format!("{folder}/{name}-{look}.b64"), data).unwrap();
        }
    }
}
