package chattest

// An Entry is one of a room's log: a message, or what changes one. Name is the
// sender's own name for it.
type Entry struct {
	ID     string `json:"id"`
	Name   string `json:"client_id"`
	Kind   string `json:"kind"`
	Target string `json:"target"`
	Text   string `json:"message"`
	Emoji  string `json:"emoji"`
}

// The kinds of entries. A message has none.
const (
	edited   = "edit"
	deleted  = "delete"
	reaction = "reaction"
)

// events are the kinds by the events that tell of them.
var events = map[string]string{
	"receive_message": "",
	"message_edited":  edited,
	"message_deleted": deleted,
	"message_reacted": reaction,
}

// is reports whether two are the same entry, of which one may have lost its text.
func (e Entry) is(other Entry) bool { return e.ID == other.ID && e.Name == other.Name }

// changes reports whether an entry takes a text away.
func (e Entry) changes() bool { return e.Kind == edited || e.Kind == deleted }

// view is what somebody with these entries sees, by the id of each message: its
// text and the reactions, or nothing but the fact when it was deleted.
func view(log []Entry) map[string]map[string]string {
	room := make(map[string]map[string]string)
	for _, e := range log {
		switch m := room[e.Target]; {
		case e.Kind == "":
			room[e.ID] = map[string]string{"text": e.Text}
		case m == nil || m["deleted"] != "": // of a message given up on, or gone
		case e.Kind == edited:
			m["text"] = e.Text
		case e.Kind == deleted:
			room[e.Target] = map[string]string{"deleted": e.ID}
		case e.Kind == reaction:
			m[e.Emoji] += e.Name + " "
		}
	}
	return room
}
