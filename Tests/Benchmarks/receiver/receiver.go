package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"time"
)

const largestBody = 1 << 20

// receiver answers webhooks that are signed with key and stores their responses.
type receiver struct {
	key    []byte
	insert *sql.Stmt
}

type response struct {
	ID      string `json:"id"`
	Email   string `json:"email"`
	Score   *int   `json:"score"`
	Comment string `json:"comment"`
}

type acknowledgement struct {
	Status string   `json:"status"`
	IDs    []string `json:"ids"`
}

func (r receiver) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, largestBody))
	if err != nil {
		http.Error(writer, "the body can't be read", http.StatusBadRequest)
		return
	}
	if !isAuthentic(request.Header, body, r.key, time.Now()) {
		http.Error(writer, "the signature is not valid", http.StatusUnauthorized)
		return
	}
	var received response
	if err := json.Unmarshal(body, &received); err != nil || !received.isValid() {
		http.Error(writer, "not a response", http.StatusUnprocessableEntity)
		return
	}
	id := received.permanentID()
	result, err := r.insert.Exec(id, received.Email, *received.Score, received.Comment, time.Now().UnixMilli())
	if err != nil {
		log.Print("a response was not stored: ", err)
		http.Error(writer, "not stored", http.StatusServiceUnavailable)
		return
	}
	answer := acknowledgement{"unchanged", []string{id}}
	if rows, err := result.RowsAffected(); err == nil && rows == 1 {
		answer.Status = "accepted"
	}
	writer.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(writer).Encode(answer); err != nil {
		log.Print("an answer was not sent: ", err)
	}
}

func (r response) isValid() bool {
	name, domain, found := strings.Cut(r.Email, "@")
	return r.ID != "" && found && name != "" && domain != "" && r.Score != nil && *r.Score >= 0 && *r.Score <= 10
}

// permanentID is the collector's: a retry of the same response has the same.
func (r response) permanentID() string {
	digest := sha256.Sum256([]byte("standard\x00" + r.ID))
	return "nps1-" + hex.EncodeToString(digest[:16])
}
