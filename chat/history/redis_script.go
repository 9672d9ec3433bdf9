package history

import (
	_ "embed"

	"chat/chat/internal/bus"
)

//go:embed life.lua
var lifeText string

//go:embed drop.lua
var dropText string

//go:embed append.lua
var appendText string

//go:embed keep.lua
var keepText string

//go:embed trim.lua
var trimText string

//go:embed ledger.lua
var ledgerText string

//go:embed page.lua
var pageText string

// appendScript stores one entry. It works on the keys of one room.
var appendScript = bus.NewScript(lifeText + dropText + appendText)

// trimScript takes bytes from a room.
var trimScript = bus.NewScript(dropText + trimText)

// ledgerScript sums up what all rooms have.
var ledgerScript = bus.NewScript(ledgerText)

// keepScript has a room take over another Retention.Age.
var keepScript = bus.NewScript(lifeText + keepText)

// pageScript reads a part of a room's log.
var pageScript = bus.NewScript(pageText)
