/** What is heard: the sound of sentences, the browser's own voice where there is none, and the tones of keys. */

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";
const LATEST_S = 2.5;
/** A sound that would begin later than this behind its caption is left out: it would only fall further behind. */

export const PLAYED = "played";
export const SPOKEN = "spoken";
export const CAPTION_ONLY = "caption only";

/** The voice for a language tag, if the browser has one. */
function voiceFor(tag) {
  if (!tag) return undefined;
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  const prefix = tag.split("-")[0];
  return voices.find((one) => one.lang.replace("_", "-") === tag) ?? voices.find((one) => one.lang.startsWith(prefix));
}

export class Ear {
  #context = null;
  #out = null;
  #playing = new Set();
  #free = 0;
  #muted = false;
  #round = 0;

  /** Must first be called while the person clicks or presses: browsers are silent before. */
  open() {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#out = this.#context.createGain();
      this.#out.gain.value = this.#muted ? 0 : 1;
      this.#out.connect(this.#context.destination);
      // Chromium fills its list of voices only after it was asked once.
      globalThis.speechSynthesis?.getVoices();
    }
    this.#context.resume();
  }

  mute(muted) {
    this.#muted = muted;
    if (this.#out) this.#out.gain.value = muted ? 0 : 1;
    if (muted) globalThis.speechSynthesis?.cancel();
  }

  /** Says a sentence, and gives how: from its sound, by the browser's voice, or not at all. */
  async say({ text, tag, sound }) {
    const round = this.#round;
    if (sound && this.#context) {
      try {
        this.#play(await this.#decoded(sound), round);
        return PLAYED;
      } catch {
        if (round !== this.#round) return PLAYED;
      }
    }
    return this.#speak(text, tag);
  }

  /** Cuts off whatever is being said. */
  hush() {
    this.#round += 1;
    for (const one of this.#playing) one.stop();
    this.#playing.clear();
    this.#free = 0;
    globalThis.speechSynthesis?.cancel();
  }

  /** The two tones of a key, as in ITU-T Q.23. */
  key(key) {
    const place = KEYS.indexOf(key);
    for (const frequency of [ROWS[Math.floor(place / 3)], COLUMNS[place % 3]]) this.#tone(frequency, 0.12, 0.07);
  }

  beep() {
    this.#tone(1000, 0.3, 0.08);
  }

  async #decoded(sound) {
    const answer = await fetch(sound);
    if (!answer.ok) throw new Error(`${sound}: ${answer.status}`);
    return this.#context.decodeAudioData(await answer.arrayBuffer());
  }

  #play(buffer, round) {
    const now = this.#context.currentTime;
    const at = Math.max(now, this.#free);
    if (round !== this.#round || at - now > LATEST_S) return;
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#out);
    source.onended = () => this.#playing.delete(source);
    source.start(at);
    this.#playing.add(source);
    this.#free = at + buffer.duration;
  }

  #speak(text, tag) {
    const voice = voiceFor(tag);
    if (!voice) return CAPTION_ONLY;
    if (this.#muted) return SPOKEN;
    // A slow voice may run into the next sentence, but never more than one behind.
    if (speechSynthesis.pending) speechSynthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    speechSynthesis.speak(utterance);
    return SPOKEN;
  }

  #tone(frequency, seconds, loudness) {
    if (!this.#context) return;
    const now = this.#context.currentTime;
    const tone = new OscillatorNode(this.#context, { frequency });
    const volume = new GainNode(this.#context, { gain: 0 });
    // Rising and falling within 5 ms: without that it clicks.
    volume.gain.setTargetAtTime(loudness, now, 0.005);
    volume.gain.setTargetAtTime(0, now + seconds, 0.005);
    tone.connect(volume).connect(this.#out);
    tone.start(now);
    tone.stop(now + seconds + 0.05);
  }
}
