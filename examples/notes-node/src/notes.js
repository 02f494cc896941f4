// Notes live as long as the process: what a restart loses is part of what this server shows.
const notes = [];
const notesMax = 1000;

export function addNote(text) {
  if (notes.length >= notesMax) throw new Error(`there are ${notesMax} notes already`);
  const note = { id: notes.length + 1, text };
  notes.push(note);
  return note;
}

export function listNotes() {
  return notes;
}

export function searchNotes(query) {
  const wanted = query.toLowerCase();
  return notes.filter((note) => note.text.toLowerCase().includes(wanted));
}
