// A webhook receiver as one writes it in an afternoon, for deploy/bench to measure beside the collector: net/http, the
// check of a standard webhook's signature, JSON, and SQLite with one durable commit for each request. It has none of
// the collector's limits, states or logs.
//
//	RECEIVER_SECRET=whsec_… receiver -port 8080 -database receiver.db
//
// POST /webhooks/standard is answered 200 once the response is on disk, anything else at once.
package main

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

const (
	tables = `CREATE TABLE IF NOT EXISTS responses (
		id TEXT PRIMARY KEY,
		email TEXT NOT NULL,
		score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
		comment TEXT NOT NULL,
		received_at INTEGER NOT NULL
	) STRICT`
	insertion = `INSERT INTO responses (id, email, score, comment, received_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`
)

func main() {
	port := flag.Int("port", 8080, "on the loopback interface")
	database := flag.String("database", "receiver.db", "the SQLite file")
	flag.Parse()
	if err := serve(*port, *database, os.Getenv("RECEIVER_SECRET")); err != nil {
		log.Fatal(err)
	}
}

func serve(port int, database, secret string) error {
	key, err := decodeSecret(secret)
	if err != nil {
		return err
	}
	insert, err := open(database)
	if err != nil {
		return err
	}
	http.Handle("/webhooks/standard", receiver{key, insert})
	http.HandleFunc("/", func(writer http.ResponseWriter, _ *http.Request) { fmt.Fprint(writer, "ok") })
	server := &http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", port), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

// open returns the statement that stores a response, on the only connection. As in the collector, a commit returns
// when it is synced.
func open(path string) (*sql.Stmt, error) {
	database, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		return nil, err
	}
	database.SetMaxOpenConns(1)
	var synchronous int
	if err := database.QueryRow("PRAGMA synchronous").Scan(&synchronous); err != nil {
		return nil, err
	}
	if synchronous != 2 {
		return nil, errors.New("SQLite refuses PRAGMA synchronous = FULL")
	}
	if _, err := database.Exec(tables); err != nil {
		return nil, err
	}
	return database.Prepare(insertion)
}
