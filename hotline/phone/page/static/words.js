/** Every text of the page, in its two languages, and the way they get onto it. What a call says is not among them. */

export const STEPS = {
  en: {
    main_menu: "main menu", language: "choice of language", language_more: "more languages", closed: "office hours",
    take_up: "going on with the call before", target: "what to stop", birth_date: "date of birth",
    postal_code: "postal code", house_number: "house number", confirm: "read back, asked to confirm",
    confirm_spoken: "spoken yes, asked once more", correct: "correction", waiting: "waiting for the backend",
    result: "result told", for_whom: "for whom", text_offer: "text message offered", text_number: "number for the text",
    text_confirm: "number read back", text_promise: "text promised", next_steps: "next steps",
    receipt_number: "receipt number", receipt_birth_date: "date of birth for the receipt",
    receipt_lookup: "receipt looked up", receipt_told: "receipt told", questions: "questions", answers: "answers",
    reissue: "a new card", protection: "how the card protects", operator: "operator", ringing: "operators ring",
    in_line: "waiting in line", call_back_offer: "call back offered", call_back_number: "number to call back",
    call_back_confirm: "number read back", voice_message: "voice message", goodbye: "goodbye",
  },
  ja: {
    main_menu: "最初のメニュー", language: "言語の選択", language_more: "ほかの言語", closed: "受付時間外",
    take_up: "前の電話の続き", target: "何を止めるか", birth_date: "生年月日", postal_code: "郵便番号",
    house_number: "番地", confirm: "復唱と最終確認", confirm_spoken: "声の「はい」をもう一度確認", correct: "訂正",
    waiting: "停止処理を待つ", result: "結果の案内", for_whom: "どなたのカードか", text_offer: "SMSの案内",
    text_number: "SMSの送り先", text_confirm: "送り先の復唱", text_promise: "SMSの約束", next_steps: "今後の手続き",
    receipt_number: "受付番号", receipt_birth_date: "受付の生年月日", receipt_lookup: "受付の照会",
    receipt_told: "受付の結果", questions: "ご質問", answers: "ご回答", reissue: "新しいカード",
    protection: "カードの安全対策", operator: "オペレーター", ringing: "オペレーター呼出中", in_line: "順番待ち",
    call_back_offer: "折り返しの案内", call_back_number: "折り返し先", call_back_confirm: "折り返し先の復唱",
    voice_message: "伝言", goodbye: "終わりのあいさつ",
  },
};

const ANSWERS = {
  en: {
    accepted: "accepted", suspended: "stopped", already_suspended: "stopped already", not_held: "there is none",
    not_found: "nobody found", ambiguous: "more than one found", needs_operator: "a person must look",
  },
  ja: {
    accepted: "受付済み", suspended: "停止しました", already_suspended: "すでに停止済み", not_held: "お持ちでない",
    not_found: "該当なし", ambiguous: "複数該当", needs_operator: "担当者の確認が必要",
  },
};

const TARGETS = {
  en: { card: "card", smartphone: "smartphone" },
  ja: { card: "カード", smartphone: "スマートフォン" },
};

const QUEUE = {
  en: { due: "waits to be handed over", "handed over": "handed to a worker", asked: "the backend was asked" },
  ja: { due: "引き渡し待ち", "handed over": "処理担当へ引き渡し", asked: "停止システムへ照会" },
};

const STANDINGS = {
  en: {
    waiting: "promised", due: "to be sent", sending: "being sent", accepted: "accepted", queued: "on its way",
    sent: "sent", delivered: "delivered", undelivered: "not delivered", failed: "failed",
  },
  ja: {
    waiting: "約束済み", due: "送信待ち", sending: "送信中", accepted: "受付", queued: "送信中", sent: "送信済み",
    delivered: "届きました", undelivered: "届きませんでした", failed: "失敗",
  },
};

const REASONS = {
  en: {
    call_back: "call back", write_back: "write back", message: "voice message", not_confirmed: "begun, not confirmed",
    not_identified: "nobody identified", no_house_number: "house number skipped",
    for_another: "stopped for another person", needs_operator: "the backend refused", text_not_delivered: "text not delivered",
    many_requests: "many requests", many_persons: "many persons", many_tries: "many tries", error: "a mistake of the line",
  },
  ja: {
    call_back: "折り返し電話", write_back: "SMSで返信", message: "伝言あり", not_confirmed: "確認前に終了",
    not_identified: "本人を特定できず", no_house_number: "番地の入力なし", for_another: "代理の方の電話",
    needs_operator: "停止システムが拒否", text_not_delivered: "SMS不達", many_requests: "受付が多数",
    many_persons: "対象者が多数", many_tries: "照会が多数", error: "窓口側の誤り",
  },
};

/** The word for a code, or the code itself, readable, when a newer line knows more than this page. */
const known = (table, code) => table[code] ?? String(code ?? "").replaceAll("_", " ");

const EN = {
  skip: "To the keypad",
  title: "The line that stops a lost card",
  document: "Practice phone",
  practice: "Practice phone: the people are made up, and no real card is touched",
  page_language: "Language of this page",
  telephone: "Telephone",
  to: "To",
  from: "From",
  number_answers: (number, language) => `${number} · ${language}`,
  another: "another",
  another_label: "Call from another number",
  withheld: "withhold my number",
  keypad: "Keypad",
  star: "star",
  hash: "hash",
  call: "Call",
  mute: "Mute",
  hang_up: "Hang up",
  keyboard: "0-9 * # on the keyboard press these keys",
  conversation: "Conversation",
  captions: "Captions of the call",
  captions_empty: "What is said appears here, in the language in which it is spoken.",
  way_1: "Press Call. The line answers, and the clock begins to run.",
  way_2: "Press 2: lost or stolen. Then 1: the card. Or press 9 for another language.",
  way_3: "Key date of birth, postal code and house number from the card below.",
  way_4: "Press 1 to stop it. The card is stopped, and the clock stands still.",
  who_line: "Line",
  who_caller: "Caller",
  who_operator: "Operator hears",
  pressed: "presses",
  speaks: (words) => `“${words}”`,
  beep: "A tone: the line records now",
  seconds: (n) => `${n} s`,
  unit: "s",
  doing_talking: "The line speaks. A key interrupts it.",
  doing_pausing: "A short pause",
  doing_holding: "On hold, something is being done",
  doing_listening: (n) => `The line listens for ${n} s`,
  doing_between_keys: (n) => `The line waits ${n} s for the next key`,
  doing_recording: "The line records. # ends it.",
  doing_ringing: "The operators' telephones ring",
  doing_operator_listens: "The operator hears what it is about",
  doing_connected: "Connected with an operator",
  doing_queued: "Waiting in line for an operator",
  stay_silent: "Stay silent",
  skip_ahead: "Skip ahead",
  operators: "You are the operators, too",
  operator_answers: "An operator answers",
  operator_voicemail: "A voicemail answers",
  operator_busy: "Engaged",
  operator_hangs_up: "The operator hangs up",
  words: "What you say",
  words_hint: "or say something",
  speak: "Say it",
  crib: "A made-up person to key",
  crib_way: "Press 2 (lost), 1 (the card), key the three facts, then 1 to stop it.",
  crib_none: "Everybody in the practice register has had their card stopped. Start again with other people in CARDSTATUS_PEOPLE.",
  crib_person: (n) => `Person ${n}`,
  people: "People",
  birth_date: "Date of birth",
  postal_code: "Postal code",
  house_number: "House number",
  key_it: (what, keys) => `${what}: key ${keys}`,
  clock: "From answer to stopped card",
  told: (n) => `The caller heard it to the end after ${n} s`,
  behind: "Behind the line",
  behind_empty: "What the machines do appears here while a call goes on.",
  b_dialled: "Dialled",
  b_answered: "The line answers",
  b_turn: "Step",
  b_turn_to: (step) => known(STEPS.en, step),
  b_request: "Request accepted",
  b_request_later: "Request",
  b_request_what: (receipt, targets, status) =>
    `${receipt} · ${targets.map((one) => known(TARGETS.en, one)).join(", ")}${status === "accepted" ? "" : ` · ${known(ANSWERS.en, status)}`}`,
  b_queue: "Queue",
  b_queue_what: (state, tries) => known(QUEUE.en, state) + (tries > 1 ? ` · try ${tries}` : ""),
  b_backend: "Backend",
  b_backend_what: (target, answer) => `${known(TARGETS.en, target)}: ${known(ANSWERS.en, answer)}`,
  b_backend_took: (took) => `${took} after the confirming key`,
  b_text: "Text message",
  b_text_what: (standing) => known(STANDINGS.en, standing),
  b_follow_up: "For a person to look at",
  b_follow_up_what: (reason) => known(REASONS.en, reason),
  b_over: "Call over",
  b_trouble: "The line is away",
  b_recovered: "The line answers again",
  b_stopped: "Stopped",
  b_stopped_what: (n) => `${n} s after the line answered`,
  milliseconds: (n) => `${n} ms`,
  inbox: "Text messages",
  inbox_of: (number) => `to ${number}`,
  inbox_empty: "None so far.",
  inbox_withheld: "A withheld number gets no text messages.",
  inbox_away: "The practice carrier does not answer, so text messages cannot be shown.",
  inbox_new: "A text message has come.",
  inbox_from: (from) => `from ${from}`,
  s_starting: "Looking for the line…",
  s_ready: "Ready. Press Call.",
  s_calling: "Dialling…",
  s_ringing: "Ringing…",
  s_in_call: "In the call",
  s_over_caller: "You hung up",
  s_over_line: "The line hung up",
  s_cut: "Cut off",
  s_failed: "The call failed",
  s_no_answer: "No answer",
  s_busy: "Engaged",
  s_away: "No connection, trying again…",
  s_hang_up: "Press Escape or Enter once more to hang up",
  stopped_after: (n) => `Stopped ${n} s after the line answered`,
  receipt: (number, time) => `Receipt number ${number} · the call lasted ${time}`,
  over_after: (time) => `The call is over after ${time}`,
  over_not_stopped: "No card was stopped in this call.",
  cut_off: "The call was cut off",
  save: "Save the transcript",
  print: "Print it",
  transcript_name: (when) => `call-${when}.txt`,
  saved_here: "The phone has forgotten this call; the transcript was written from what is on this page.",
  t_clock: (n) => `The card was stopped ${n} s after the line answered.`,
  e_phone_away: "The practice phone does not answer; trying again. Is `make run` still running?",
  e_phone_back: "The practice phone answers again.",
  e_line_away: "The line does not answer for a moment; the call goes on by itself when it is back.",
  e_cut_off: "The practice phone was started anew, so the call was cut off like a dropped connection. "
    + "Call again from the same number: the line offers to go on where you were (key 7).",
  e_forgotten: "The practice phone no longer knows this call: it was started anew, or too much time has passed. Call again.",
  e_over: "This call is over already. Call again to go on.",
  e_number: "This is no telephone number: write it like 090-1234-5678, or withhold it.",
  e_too_many: "Twenty calls go on already: hang one up, then call.",
  e_refused: "The practice phone refused that.",
  e_failed: "The line broke this call off. Call again from the same number: it offers to go on where you were.",
  e_sound_browser: "The sound of a sentence is missing; the browser's own voice reads it.",
  e_sound_none: "The sound of a sentence is missing; read along in the captions.",
  e_no_voice: (language) => `There is no voice here for ${language}; read along in the captions.`,
};

const JA = {
  skip: "ダイヤルキーへ",
  title: "カード紛失・停止の電話窓口",
  document: "練習用電話",
  practice: "練習用の電話です。登場する人は架空で、実際のカードは止まりません",
  page_language: "この画面の言語",
  telephone: "電話機",
  to: "かけ先",
  from: "発信番号",
  number_answers: (number, language) => `${number}・${language}`,
  another: "別の番号",
  another_label: "別の番号からかける",
  withheld: "番号を通知しない",
  keypad: "ダイヤルキー",
  star: "こめじるし",
  hash: "シャープ",
  call: "かける",
  mute: "消音",
  hang_up: "切る",
  keyboard: "キーボードの 0-9 * # でも押せるようにする",
  conversation: "会話",
  captions: "通話の字幕",
  captions_empty: "話された言葉が、その言語のまま、ここに字幕で出ます。",
  way_1: "「かける」を押すと、窓口が応答し、時計が動き出します。",
  way_2: "2（紛失・盗難）、続けて 1（カード）。ほかの言語は 9 です。",
  way_3: "下の札の生年月日、郵便番号、番地を入力します。",
  way_4: "1 を押すとカードが止まり、時計も止まります。",
  who_line: "窓口",
  who_caller: "かけた人",
  who_operator: "オペレーターに聞こえる声",
  pressed: "キー",
  speaks: (words) => `「${words}」`,
  beep: "発信音が鳴り、録音が始まりました",
  seconds: (n) => `${n}秒`,
  unit: "秒",
  doing_talking: "窓口が話しています。キーを押すと先へ進みます。",
  doing_pausing: "短い間",
  doing_holding: "お待ちください。処理をしています",
  doing_listening: (n) => `窓口は ${n}秒間、キーや声を待ちます`,
  doing_between_keys: (n) => `次のキーを ${n}秒待ちます`,
  doing_recording: "録音中です。# で終わります。",
  doing_ringing: "オペレーターの電話が鳴っています",
  doing_operator_listens: "オペレーターが用件を聞いています",
  doing_connected: "オペレーターとつながっています",
  doing_queued: "オペレーターの順番を待っています",
  stay_silent: "黙っている",
  skip_ahead: "先へ進める",
  operators: "オペレーター役もこちらで",
  operator_answers: "オペレーターが出る",
  operator_voicemail: "留守番電話が出る",
  operator_busy: "話し中",
  operator_hangs_up: "オペレーターが切る",
  words: "話す言葉",
  words_hint: "声で答える言葉",
  speak: "話す",
  crib: "練習用の架空の人",
  crib_way: "2（紛失）、1（カード）、三つの項目を入力し、最後に 1 で停止します。",
  crib_none: "練習用の名簿の全員のカードが停止済みです。CARDSTATUS_PEOPLE に別の人を入れて始め直してください。",
  crib_person: (n) => `${n}人目`,
  people: "人",
  birth_date: "生年月日",
  postal_code: "郵便番号",
  house_number: "番地",
  key_it: (what, keys) => `${what}、${keys} を入力`,
  clock: "応答からカード停止まで",
  told: (n) => `${n}秒で、かけた人が結果を聞き終えました`,
  behind: "窓口の裏側",
  behind_empty: "通話中に機械がしていることが、ここに出ます。",
  b_dialled: "発信",
  b_answered: "窓口が応答",
  b_turn: "段階",
  b_turn_to: (step) => known(STEPS.ja, step),
  b_request: "停止を受付",
  b_request_later: "受付",
  b_request_what: (receipt, targets, status) =>
    `${receipt}・${targets.map((one) => known(TARGETS.ja, one)).join("、")}${status === "accepted" ? "" : `・${known(ANSWERS.ja, status)}`}`,
  b_queue: "処理の列",
  b_queue_what: (state, tries) => known(QUEUE.ja, state) + (tries > 1 ? `（${tries}回目）` : ""),
  b_backend: "停止システム",
  b_backend_what: (target, answer) => `${known(TARGETS.ja, target)}：${known(ANSWERS.ja, answer)}`,
  b_backend_took: (took) => `確認キーから ${took}`,
  b_text: "SMS",
  b_text_what: (standing) => known(STANDINGS.ja, standing),
  b_follow_up: "担当者の確認事項",
  b_follow_up_what: (reason) => known(REASONS.ja, reason),
  b_over: "通話終了",
  b_trouble: "窓口が応答しません",
  b_recovered: "窓口が再び応答",
  b_stopped: "停止",
  b_stopped_what: (n) => `応答から ${n}秒`,
  milliseconds: (n) => `${n} ミリ秒`,
  inbox: "SMS受信箱",
  inbox_of: (number) => `${number} 宛て`,
  inbox_empty: "まだありません。",
  inbox_withheld: "非通知の番号にはSMSは届きません。",
  inbox_away: "練習用の通信会社が応答しないため、SMSを表示できません。",
  inbox_new: "SMSが届きました。",
  inbox_from: (from) => `${from} から`,
  s_starting: "窓口を探しています…",
  s_ready: "準備ができました。「かける」を押してください。",
  s_calling: "発信中…",
  s_ringing: "呼び出し中…",
  s_in_call: "通話中",
  s_over_caller: "電話を切りました",
  s_over_line: "窓口が電話を切りました",
  s_cut: "切断されました",
  s_failed: "通話が失敗しました",
  s_no_answer: "応答なし",
  s_busy: "話し中",
  s_away: "接続が切れました。つなぎ直しています…",
  s_hang_up: "もう一度 Escape か Enter を押すと切れます",
  stopped_after: (n) => `応答から ${n}秒でカードを停止しました`,
  receipt: (number, time) => `受付番号 ${number}・通話時間 ${time}`,
  over_after: (time) => `通話は ${time} で終わりました`,
  over_not_stopped: "この通話ではカードは停止されていません。",
  cut_off: "通話が途中で切れました",
  save: "記録を保存",
  print: "印刷",
  transcript_name: (when) => `call-${when}.txt`,
  saved_here: "電話側にこの通話の記録が残っていないため、画面の字幕から記録を作りました。",
  t_clock: (n) => `応答から ${n}秒でカードを停止しました。`,
  e_phone_away: "練習用電話が応答しません。つなぎ直しています。make run が動いているか確かめてください。",
  e_phone_back: "練習用電話が再び応答しました。",
  e_line_away: "窓口が一時的に応答しません。戻りしだい、通話はそのまま続きます。",
  e_cut_off: "練習用電話が再起動したため、通話は途中で切れました。"
    + "同じ番号からもう一度かけると、続きから進められます（7番）。",
  e_forgotten: "この通話は、電話の再起動か時間の経過により、もう続けられません。もう一度かけてください。",
  e_over: "この通話は終わっています。続けるには、もう一度かけてください。",
  e_number: "電話番号ではないようです。090-1234-5678 のように入力するか、非通知にしてください。",
  e_too_many: "同時に20件の通話が行われています。一つ切ってから、もう一度かけてください。",
  e_refused: "練習用電話がこの操作を受け付けませんでした。",
  e_failed: "窓口側で通話が途切れました。同じ番号からもう一度かけると、続きから進められます。",
  e_sound_browser: "録音が一つ欠けているため、ブラウザーの声で読み上げます。",
  e_sound_none: "録音が一つ欠けています。字幕をご覧ください。",
  e_no_voice: (language) => `この端末には${language}の声がありません。字幕をご覧ください。`,
};

export const TEXTS = { en: EN, ja: JA };
const KEPT = "page-language";
let spoken = "en";

/** The text under a key, in the page's language. */
export function words(key, ...values) {
  const text = TEXTS[spoken][key];
  return typeof text === "function" ? text(...values) : text;
}

/** Writes a text into an element; it changes with the page's language from then on. */
export function say(element, key, ...values) {
  element.dataset.say = key;
  element.values = values;
  element.textContent = words(key, ...values);
  return element;
}

/** Takes the text of an element away. */
export function unsay(element) {
  delete element.dataset.say;
  element.textContent = "";
}

/** Names an element for those who do not see it; the name changes with the page's language. */
export function label(element, key, ...values) {
  element.dataset.sayLabel = key;
  element.labelValues = values;
  element.setAttribute("aria-label", words(key, ...values));
}

export const pageLanguage = () => spoken;

/** The language chosen in this tab, else the browser's; Japanese or English. */
export function firstPageLanguage() {
  const kept = sessionStorage.getItem(KEPT);
  return kept in TEXTS ? kept : navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

/** Turns the whole page to a language. */
export function turnTo(language) {
  spoken = language;
  sessionStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  document.title = words("document");
  for (const one of document.querySelectorAll("[data-say]")) say(one, one.dataset.say, ...(one.values ?? []));
  for (const one of document.querySelectorAll("[data-say-label]")) {
    label(one, one.dataset.sayLabel, ...(one.labelValues ?? []));
  }
  for (const one of document.querySelectorAll("[data-say-hint]")) one.placeholder = words(one.dataset.sayHint);
  for (const one of document.querySelectorAll("[data-page-language]")) {
    one.setAttribute("aria-pressed", String(one.dataset.pageLanguage === language));
  }
}
