#define BOOST_TEST_MODULE toolscore
#include <boost/test/unit_test.hpp>
