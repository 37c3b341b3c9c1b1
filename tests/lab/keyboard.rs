//! The lab without a mouse: Tab, Enter, Space and arrows reach and work everything.

use crate::browser::open;
use crate::chromium::Page;
use crate::client::Served;

/// Presses Tab until what has the focus fulfils a condition on `of`, and can be seen to have it.
#[track_caller]
fn focus(page: &mut Page, condition: &str) {
    for _ in 0..120 {
        page.press("Tab");
        let holds = format!(
            "Boolean(((of) => of !== document.body && ({condition}))(document.activeElement))"
        );
        if page.value(&holds) != true {
            continue;
        }
        let is_seen = page.value(
            "(() => { const of = document.activeElement; const box = of.getBoundingClientRect(); \
             const drawn = of.querySelector('rect') ? getComputedStyle(of.querySelector('rect')).strokeWidth === '4px' : getComputedStyle(of).outlineStyle !== 'none'; \
             return drawn && box.width > 0 && box.bottom > 0 && box.top < innerHeight; })()",
        );
        assert_eq!(is_seen, true, "{condition}: the focus cannot be seen");
        return;
    }
    panic!("Tab does not reach {condition}");
}

/// Goes to a page by its link.
#[track_caller]
fn go(page: &mut Page, name: &str) {
    focus(
        page,
        &format!("of.closest('nav') && of.hash === '#/{name}'"),
    );
    page.press("Enter");
    page.wait(&format!(
        "location.hash === '#/{name}' && document.querySelector('main h1')"
    ));
}

#[test]
fn a_lesson_is_worked_by_keyboard_alone() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelector('main h1')");
    go(&mut page, "lessons");
    page.wait("document.querySelector('.lessons a')");
    focus(&mut page, "of.hash === '#/lessons/sink'");
    page.press("Enter");
    page.wait("document.querySelector('.predict button')");
    focus(
        &mut page,
        "of.closest('.predict') && of.dataset.choice === '2'",
    );
    page.press(" ");
    page.wait("!document.querySelector('.notice').checkVisibility()");
    focus(&mut page, "of.textContent === 'Run'");
    page.press("Enter");
    page.wait("document.querySelector('.status').textContent.startsWith('Done')");
    focus(
        &mut page,
        "of.closest('.check') && of.dataset.choice === '0'",
    );
    page.press("Enter");
    page.wait("document.querySelector('.check .bad')");
    focus(
        &mut page,
        "of.closest('.check') && of.dataset.choice === '1'",
    );
    page.press("Enter");
    page.wait("document.querySelector('.check .good') && document.querySelector('.check h3')");
    // The way round to the top and back leaves the lesson as it is.
    focus(&mut page, "of.matches('.skip')");
    page.press("Enter");
    page.wait("document.activeElement.id === 'main'");
    page.wait("location.hash === '#/lessons/sink' && document.querySelector('.check .good')");
    page.has_no_complaints();
}

#[test]
fn effects_and_knockouts_are_worked_by_keyboard_alone() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelector('main h1')");
    go(&mut page, "pathways");
    page.wait("document.querySelector('[data-box]')");
    let shown = "[...document.querySelectorAll('#effects tr[data-cell]')].filter((of) => of.offsetParent).length";
    focus(&mut page, "of.textContent === 'Effects'");
    page.press(" ");
    page.wait(&format!("{shown} === 7"));
    focus(&mut page, "of.tagName === 'SUMMARY'");
    page.press("Enter");
    page.wait("document.querySelector('#effects details[open]')");
    for name in ["il2", "stat5", "mapk", "alpha"] {
        focus(&mut page, &format!("of.dataset.box === '{name}'"));
        page.press("Enter");
        page.wait(&format!(
            "document.querySelector('[data-box={name}]').getAttribute('aria-pressed') === 'true'"
        ));
    }
    focus(&mut page, "of.dataset.knock === 'Il2ra'");
    page.press(" ");
    page.wait("document.querySelector('[data-box=alpha]').classList.contains('off')");
    // The button is drawn anew; whoever pressed it is still there, and puts the gene back and away again.
    for next in ["Knock out Il2ra", "Put Il2ra back"] {
        page.press("Enter");
        page.wait(&format!("document.activeElement.textContent === '{next}'"));
    }
    focus(
        &mut page,
        "of.tagName === 'BUTTON' && of.closest('[data-ligand=\"IL-2\"]')",
    );
    page.press(" ");
    page.wait("document.querySelector('[data-ligand=\"IL-2\"] button').textContent === 'put back'");
    go(&mut page, "mouse");
    page.wait("document.querySelector('.key')?.textContent.includes('Il2-/-')");
    page.wait("document.querySelector('.key')?.textContent.includes('Il2ra-/-')");
    page.has_no_complaints();
}

#[test]
fn a_mouse_is_edited_and_run_by_keyboard_alone() {
    let served = Served::new(false);
    let Some(mut page) = open(&served, "mouse") else {
        return;
    };
    page.wait("document.querySelectorAll('.plot path.line').length > 4");
    // Of three choices one is reached by Tab, the others by arrows.
    focus(
        &mut page,
        "of.closest('[role=radiogroup]')?.getAttribute('aria-label').startsWith('Il2ra,')",
    );
    for (key, name) in [
        ("ArrowRight", "half"),
        ("ArrowDown", "off"),
        ("ArrowRight", "on"),
        ("ArrowLeft", "off"),
    ] {
        page.press(key);
        page.wait(&format!(
            "document.activeElement.textContent === '{name}' && document.activeElement.getAttribute('aria-checked') === 'true'"
        ));
    }
    focus(
        &mut page,
        "of.tagName === 'SELECT' && of.getAttribute('aria-label') === 'Cells to remove'",
    );
    page.press("ArrowDown");
    focus(&mut page, "of.textContent === 'Add'");
    page.press("Enter");
    page.wait("document.querySelector('[aria-label^=\"Take back: 95 % of CD4\"]')");
    focus(
        &mut page,
        "of.getAttribute('aria-label')?.startsWith('Take back')",
    );
    page.press(" ");
    page.wait("!document.querySelector('[aria-label^=\"Take back\"]')");
    focus(&mut page, "of.getAttribute('aria-label') === 'Days'");
    page.press("ArrowDown");
    page.wait("document.querySelector('textarea').value.includes('\"41 d\"')");

    focus(
        &mut page,
        "of.textContent === 'Run' || of.textContent === 'Replay'",
    );
    page.press("Enter");
    page.wait("document.querySelector('.status').textContent.startsWith('Running')");
    page.wait("document.querySelector('.key').textContent.includes('Il2ra-/-')");
    focus(&mut page, "of.textContent === 'Pause'");
    page.press(" ");
    page.wait("document.querySelector('.status').textContent.startsWith('Paused')");
    // What was on its way arrives.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let points = "[...document.querySelector('.plot path.line').getAttribute('d')].filter((of) => of === 'L').length";
    let before = page.value(points).as_u64().unwrap();
    focus(&mut page, "of.textContent === 'Step'");
    page.press("Enter");
    page.wait(&format!("{points} === {}", before + 1));
    focus(&mut page, "of.textContent === 'Go on'");
    page.press("Enter");
    page.wait(&format!("{points} > {}", before + 3));

    focus(&mut page, "of.getAttribute('role') === 'tab'");
    page.press("ArrowRight");
    page.wait("document.activeElement.textContent === 'Scenario' && document.activeElement.getAttribute('aria-selected') === 'true'");
    focus(&mut page, "of.tagName === 'TEXTAREA'");
    focus(&mut page, "of.textContent === 'Check'");
    page.press("Enter");
    page.wait("document.querySelector('[role=tabpanel] .good')");
    // Nothing keeps the focus: it comes round.
    focus(&mut page, "of.matches('.skip')");
    page.press("Enter");
    page.wait("document.activeElement.id === 'main'");
    page.has_no_complaints();
}
