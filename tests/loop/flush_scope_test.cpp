#include "loop/flush_scope.hpp"

#include "loop/turn_scope.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

namespace {

struct noted final : flushable {
  explicit noted(std::string& log, char name) : log_(log), name_(name) {}
  void flush() override {
    log_ += name_;
    joined_again = toolscore::flush_scope::join(nullptr);
  }
  bool joined_again = false;

private:
  std::string& log_;
  char name_;
};

struct actors final : turn_work {
  explicit actors(std::string& log, std::shared_ptr<flushable> x) : log_(log), x_(std::move(x)) {}
  void run_turn() override {
    log_ += '(';
    flush_scope::join(x_);
    log_ += ')';
  }

private:
  std::string& log_;
  std::shared_ptr<flushable> x_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(flush_scope)

BOOST_AUTO_TEST_CASE(what_is_gathered_is_handed_in_before_the_actors_run_and_early_where_asked) {
  std::string log;
  struct named final : turn_work {
    named(std::string& to, char x) : log(to), name(x) {}
    void run_turn() override {
      log += name;
      if (then) turn_scope::defer(*then); // As a message to an actor does.
    }
    std::string& log;
    char name;
    turn_work* then = nullptr;
  };
  named calls(log, 'c');
  named run(log, 'r');
  calls.then = &run;
  BOOST_TEST(!turn_scope::gather(calls)); // No scope: the caller sends at once.
  {
    const turn_scope turn;
    BOOST_TEST(turn_scope::gather(calls));
    BOOST_TEST(turn_scope::gather(calls)); // Once is enough.
    named other(log, 'o');
    BOOST_TEST(!turn_scope::gather(other));
    BOOST_TEST(log.empty());
    turn_scope::hand_in();
    BOOST_TEST(log == "c");
    BOOST_TEST(turn_scope::gather(calls));
  }
  BOOST_TEST(log == "ccr");
}

BOOST_AUTO_TEST_CASE(without_a_scope_nothing_is_held_back) {
  std::string log;
  BOOST_TEST(!toolscore::flush_scope::join(std::make_shared<noted>(log, 'a')));
  BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(what_joined_is_flushed_in_order_when_the_outermost_scope_ends) {
  std::string log;
  const auto a = std::make_shared<noted>(log, 'a');
  {
    const toolscore::flush_scope outer;
    {
      const toolscore::flush_scope inner;
      BOOST_TEST(toolscore::flush_scope::join(a));
      BOOST_TEST(toolscore::flush_scope::join(std::make_shared<noted>(log, 'b')));
    }
    BOOST_TEST(log.empty());
  }
  BOOST_TEST(log == "ab");
  BOOST_TEST(!a->joined_again); // What a flush brings about is not put off without end.
  { const toolscore::flush_scope next; }
  BOOST_TEST(log == "ab");
}

BOOST_AUTO_TEST_CASE(a_scope_that_a_flush_opens_flushes_what_joined_it_and_nothing_twice) {
  struct opening final : flushable {
    explicit opening(std::string& log) : log_(log) {}
    void flush() override {
      log_ += '<';
      {
        const toolscore::flush_scope inner;
        toolscore::flush_scope::join(std::make_shared<noted>(log_, 'i'));
      }
      log_ += '>';
    }

  private:
    std::string& log_;
  };
  std::string log;
  {
    const toolscore::flush_scope outer;
    toolscore::flush_scope::join(std::make_shared<opening>(log));
    toolscore::flush_scope::join(std::make_shared<noted>(log, 'b'));
  }
  BOOST_TEST(log == "<i>b");
}

BOOST_AUTO_TEST_CASE(what_a_turns_actors_have_to_write_goes_out_behind_all_of_them) {
  std::string log;
  actors work(log, std::make_shared<noted>(log, 'a'));
  {
    const turn_scope turn;
    BOOST_TEST(turn_scope::defer(work));
    log += '-';
  }
  BOOST_TEST(log == "-()a");
}

BOOST_AUTO_TEST_SUITE_END()
